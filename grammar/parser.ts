import { EmbeddedActionsParser, type IToken } from 'chevrotain';
import type { Line, Piece } from './lines.ts';
import {
  Blank,
  Comment,
  configLexer,
  Equals,
  Foreign,
  Key,
  LineEnd,
  Value,
  vocabulary,
} from './tokens.ts';

/** Lines as lxc reads them; blank ones are left out. The rules have no meaning: that is the front end's part. */
export class ConfigParser extends EmbeddedActionsParser {
  readonly file = this.RULE('file', (): Line[] => {
    const lines: Line[] = [];
    const add = (line: Line | undefined) => {
      if (line !== undefined) lines.push(line);
    };
    add(this.SUBRULE(this.line));
    this.MANY(() => {
      this.CONSUME(LineEnd);
      add(this.SUBRULE1(this.line));
    });
    return lines;
  });

  private readonly line = this.RULE('line', (): Line | undefined => {
    let line: Line | undefined;
    this.OPTION(() => this.CONSUME(Blank));
    this.OPTION1(() => {
      line = this.OR([
        { ALT: () => ({ kind: 'comment' as const, piece: piece(this.CONSUME(Comment)) }) },
        { ALT: () => ({ kind: 'foreign' as const, piece: piece(this.CONSUME(Foreign)) }) },
        { ALT: () => this.SUBRULE(this.setting) },
      ]);
    });
    return line;
  });

  private readonly setting = this.RULE('setting', (): Line => {
    const key = piece(this.CONSUME(Key));
    let value: Piece | undefined;
    this.OPTION(() => this.CONSUME(Blank));
    this.OPTION1(() => {
      value = this.SUBRULE(this.assignment);
    });
    return value === undefined ? { kind: 'broken', key } : { kind: 'setting', key, value };
  });

  private readonly assignment = this.RULE('assignment', (): Piece => {
    let last = this.CONSUME(Equals);
    let value: Piece | undefined;
    this.OPTION(() => {
      last = this.CONSUME(Blank);
    });
    this.OPTION1(() => {
      value = piece(this.CONSUME(Value));
      this.OPTION2(() => this.CONSUME1(Blank));
    });
    if (value !== undefined) return value;
    const { end } = piece(last);
    return { text: '', start: end, end };
  });

  /** chevrotain's checks of the grammar take longer than reading a config: only the tests ask for them. */
  constructor(skipValidations = true) {
    super(vocabulary, { maxLookahead: 1, skipValidations });
    this.performSelfAnalysis();
  }
}

/** chevrotain's `endOffset` is inclusive. */
const piece = ({ image, startOffset }: IToken): Piece => ({
  text: image,
  start: startOffset,
  end: startOffset + image.length,
});

let parser: ConfigParser | undefined;

/** The parser, which takes a millisecond to be made. */
export function configParser(): ConfigParser {
  parser ??= new ConfigParser();
  return parser;
}

/** The lines of a config by the grammar. Every text is one: a line at fault is a line of kind `broken`. */
export function parseByGrammar(text: string): readonly Line[] {
  const { tokens } = configLexer().tokenize(text);
  const made = configParser();
  made.input = tokens;
  return made.file();
}

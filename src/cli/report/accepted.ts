import { acceptInvalid } from '../../diagnostics/catalog/cli.ts';
import type { Span } from '../../diagnostics/origin.ts';
import type { Sources } from '../../diagnostics/render.ts';
import { Failure } from '../failure.ts';
import { writeText } from '../output-file.ts';

/** What a report tells: the reason has a code, and mostly there is a line that it is about. */
export interface Tellable {
  readonly code: string;
  readonly span?: Span;
}

const HEAD = `# What somebody has looked at: a code, and the line of the input that it is about. lxplain counts these and
# does not print them, and --strict does not fail on them. A line that is changed is told of again.
`;

/** A list of codes and lines that somebody has looked at. */
export class Accepted {
  private readonly known = new Set<string>();

  has(told: Tellable, sources: Sources): boolean {
    return this.known.has(textOf(told, sources));
  }

  add(told: Tellable, sources: Sources): void {
    this.known.add(textOf(told, sources));
  }

  /** @throws Failure if a line of the list is none */
  read(file: string, text: string): void {
    let start = 0;
    for (const line of text.split('\n')) {
      const given = line.trim();
      const at = { file, start, end: start + line.length };
      start += line.length + 1;
      if (given === '' || given.startsWith('#')) continue;
      if (!/^[a-z]+\/[a-z0-9-]+( .*)?$/.test(given)) {
        throw new Failure([acceptInvalid(at)], new Map([[file, text]]));
      }
      this.known.add(given);
    }
  }

  /** @throws Failure */
  write(file: string): void {
    writeText(file, `${HEAD}${[...this.known].map((line) => `${line}\n`).join('')}`);
  }
}

/** The line without its place, which others before it would move. */
function textOf({ code, span }: Tellable, sources: Sources): string {
  const text = span === undefined ? '' : (sources.get(span.file) ?? '').slice(span.start, span.end);
  const [line = ''] = text.split(/[\r\n]/);
  return `${code} ${line.replaceAll(/\s+/g, ' ')}`.trim();
}

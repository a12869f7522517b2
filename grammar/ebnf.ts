import { type ISerializedGast, serializeGrammar } from 'chevrotain';
import { configParser } from './parser.ts';

/** The rules of the parser in EBNF (ISO/IEC 14977 with `?` comments left out), for the documents. */
export function printEbnf(): string {
  const rules = serializeGrammar(
    Object.values(configParser().getGAstProductions()),
  ) as readonly Serialized[];
  return rules.map((rule) => `${rule.name} = ${sequence(rule.definition)} ;\n`).join('');
}

type Serialized = ISerializedGast & {
  readonly name?: string;
  readonly definition?: readonly Serialized[];
};

const sequence = (definition: readonly ISerializedGast[] = []): string =>
  definition.map((part) => term(part as Serialized)).join(', ');

function term(part: Serialized): string {
  switch (part.type) {
    case 'Terminal':
    case 'NonTerminal':
      return part.name ?? '';
    case 'Option':
      return `[ ${sequence(part.definition)} ]`;
    case 'Repetition':
      return `{ ${sequence(part.definition)} }`;
    case 'Alternation':
      return `( ${(part.definition ?? []).map((each) => sequence(each.definition)).join(' | ')} )`;
    default:
      return sequence(part.definition);
  }
}

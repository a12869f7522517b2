import { tokenAt } from './scan.ts';

/** What a JSON text of ours, or of others, may be. */
export type JsonKind = 'domain-json' | 'plan' | 'facts' | 'oci' | 'json';

/** Members that only one kind of document has. */
const marks: ReadonlyMap<string, JsonKind> = new Map([
  ['steps', 'plan'],
  ['kernel', 'facts'],
  ['lastCapability', 'facts'],
  ['cgroups', 'facts'],
  ['runtimeDirectory', 'facts'],
  ['ociVersion', 'oci'],
  ['os', 'domain-json'],
  ['memoryKiB', 'domain-json'],
  ['filesystems', 'domain-json'],
  ['features', 'domain-json'],
]);

/** A document of ours shows its kind long before. */
const MOST_TOKENS = 4096;

/** The kind of a document by the first of its own members that only one kind has. The text may be broken. */
export function jsonKind(text: string): JsonKind {
  let [at, depth] = [0, 0];
  for (let count = 0; count < MOST_TOKENS; count++) {
    const token = tokenAt(text, at);
    if (token.kind === 'end' || token.kind === 'bad') break;
    at = token.end;
    if (token.content === '{' || token.content === '[') depth++;
    else if (token.content === '}' || token.content === ']') depth--;
    else if (depth === 1 && token.kind === 'string') {
      const next = tokenAt(text, at);
      const mark = next.content === ':' ? marks.get(token.content.slice(1, -1)) : undefined;
      if (mark !== undefined) return mark;
    }
  }
  return 'json';
}

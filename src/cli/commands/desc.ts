import { located, madeBy } from '../../diagnostics/origin.ts';
import { definedForChange } from '../defined-for-change.ts';
import { findKnown } from '../find-known.ts';
import { needOutput, print, printDone } from '../output.ts';
import { domainOf } from '../title-of.ts';
import { keepDefined } from './define.ts';

interface Options {
  readonly title?: boolean;
  readonly live?: boolean;
  readonly config?: boolean;
  readonly current?: boolean;
}

/** Shows the description or the title of a domain; with words behind it, gives a defined one another. */
export async function desc(
  text: string,
  words: readonly string[],
  options: Options,
): Promise<void> {
  const known = findKnown(text);
  const [what, key] =
    options.title === true
      ? (['title', 'title'] as const)
      : (['description', 'description'] as const);
  if (words.length === 0) {
    const now = domainOf(known, options.config === true)?.[key]?.value;
    return print(`${now ?? `No ${what} for domain: ${known.name}`}\n`);
  }
  needOutput();
  const domain = definedForChange(known, text, `given a ${what}`);
  const given = words.join(' ');
  const { [key]: _, ...rest } = domain;
  await keepDefined(given === '' ? rest : { ...rest, [key]: located(given, madeBy('desc')) });
  const name = options.title === true ? 'title' : 'description';
  printDone(`Domain ${name} updated successfully\n`);
}

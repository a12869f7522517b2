import { printable } from '../diagnostics/printable.ts';
import { type Change, type Comparison, type FieldChange, topics } from './compare.ts';
import { describe } from './describe.ts';
import type { PlanStep } from './plan.ts';
import { originText } from './print.ts';

/** Up to here the places of steps are one column. */
const ALIGNED = 96;

/** One line of it, and whether it was before, is now, or changed. */
type Line = readonly [mark: '+' | '-' | '~' | '', text: string];

const colour: Readonly<Record<Line[0], number | undefined>> = {
  '+': 32,
  '-': 31,
  '~': 33,
  '': undefined,
};

/**
 * The comparison as text: `-` only before, `+` only after, `~` in both and not the same. Empty if nothing is different.
 * `names` are those of the two inputs.
 */
export function printComparison(
  { head, changes }: Comparison,
  names: readonly [string, string],
  isColoured = false,
): string {
  if (head.length === 0 && changes.length === 0) return '';
  const lines: Line[] = [
    ['', `--- ${printable(names[0])}`],
    ['', `+++ ${printable(names[1])}`],
    ...head.map((field): Line => ['~', fieldText(field)]),
  ];
  for (const topic of topics) {
    const some = changes.filter((change) => change.topic === topic);
    if (some.length > 0) lines.push(['', ''], ['', topic], ...itemLines(some));
  }
  lines.push(['', ''], ['', countText(changes)]);
  return `${lines.map((line) => lineText(line, isColoured)).join('\n')}\n`;
}

/** How many changes there are of each topic, one to a line. */
export function printComparisonCounts({ changes }: Comparison): string {
  const lines = topics.flatMap((topic) => {
    const some = changes.filter((change) => change.topic === topic);
    return some.length === 0 ? [] : [`${topic}: ${countText(some)}`];
  });
  return [...lines, `all: ${countText(changes)}`].map((line) => `${line}\n`).join('');
}

function lineText([mark, text]: Line, isColoured: boolean): string {
  const line = mark === '' ? text : `${mark} ${text}`;
  const parameter = colour[mark];
  // @see ECMA-48, 8.3.117, SGR
  return isColoured && parameter !== undefined ? `\x1b[${parameter}m${line}\x1b[0m` : line;
}

/** A step, and what is not the same of it. */
interface Item {
  readonly key: string;
  readonly line: Line;
  readonly details: readonly string[];
}

/** Steps that follow one another and differ in the same are told of together. */
function itemLines(changes: readonly Change[]): readonly Line[] {
  const items = joined(changes.map(itemOf));
  let same = 1;
  return items.flatMap(({ line, details }, index) => {
    const next = items[index + 1];
    if (details.length > 0 && details.join('\n') === next?.details.join('\n')) {
      same++;
      return [line];
    }
    const all = same > 1 ? `, all ${same}` : '';
    same = 1;
    return [line, ...details.map((text): Line => ['', `    ${text}${all}`])];
  });
}

/** What has changed and has moved as well is one. */
const joined = (items: readonly Item[]): readonly Item[] =>
  items.flatMap((item, index) => {
    if (items[index - 1]?.key === item.key) return [];
    const next = items[index + 1];
    return next?.key === item.key
      ? [{ ...item, details: [...item.details, ...next.details] }]
      : [item];
  });

function itemOf(change: Change): Item {
  const { key } = change;
  switch (change.kind) {
    case 'added':
      return { key, line: ['+', stepLine(change.after)], details: [] };
    case 'removed':
      return { key, line: ['-', stepLine(change.before)], details: [] };
    case 'changed':
      return { key, line: changedLine(change), details: change.fields.flatMap(fieldLines) };
    case 'moved': {
      const { behind } = change;
      const where = behind === undefined ? 'it is the first' : `it comes behind ${behind}`;
      return { key, line: changedLine(change), details: [printable(where)] };
    }
  }
}

const stepLine = (step: PlanStep): string => placed(stepText(step), originText(step.origin));

const changedLine = (change: Change & { readonly kind: 'changed' | 'moved' }): Line => [
  '~',
  placed(printable(change.key), bothPlaces(change.before, change.after)),
];

const stepText = (step: PlanStep): string => describe(step).replaceAll(/\s+/g, ' ');

function bothPlaces(before: PlanStep, after: PlanStep): string {
  const [first, second] = [originText(before.origin), originText(after.origin)];
  return first === second ? first : `${first} → ${second}`;
}

const placed = (text: string, place: string): string =>
  `${text}${' '.repeat(Math.max(1, ALIGNED - [...text].length - [...place].length))}${place}`;

/** A list by what only one of both has, if each of its elements is there once; options likewise. */
function fieldLines(change: FieldChange): readonly string[] {
  const { field } = change;
  const [before, after] = [elements(change.before), elements(change.after)];
  if (before === undefined || after === undefined) return [fieldText(change)];
  const gone = before.filter((each) => !after.includes(each));
  const come = after.filter((each) => !before.includes(each));
  if (gone.length + come.length === 0) return [fieldText(change)];
  return [
    ...gone.map((each) => `${field} - ${printable(each)}`),
    ...come.map((each) => `${field} + ${printable(each)}`),
  ];
}

/** Undefined of what is one value. */
function elements(value: unknown): readonly string[] | undefined {
  if (Array.isArray(value)) return value.map(valueText);
  if (typeof value !== 'object' || value === null) return undefined;
  return Object.entries(value).map(([name, each]) => `${name}=${valueText(each)}`);
}

const fieldText = ({ field, before, after }: FieldChange): string =>
  `${field}: ${printable(valueText(before))} → ${printable(valueText(after))}`;

/** An element of a list, such as a device rule, is its values in their order. */
function valueText(value: unknown): string {
  if (value === undefined) return 'none';
  if (value === '') return "''";
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.map(valueText).join(' ');
  if (typeof value !== 'object' || value === null) return String(value);
  return Object.values(value).map(valueText).join(' ');
}

function countText(changes: readonly Change[]): string {
  const of = (...kinds: readonly Change['kind'][]): number =>
    changes.filter(({ kind }) => kinds.includes(kind)).length;
  return `${of('added')} added, ${of('removed')} removed, ${of('changed', 'moved')} changed`;
}

import type { Outcome } from './rounds.ts';
import { ratio, summary } from './statistics.ts';

/** What was measured together. */
export interface Table {
  /** Name for `--only`. */
  readonly id: string;
  readonly title: string;
  readonly unit: string;
  /** Digits behind the point. */
  readonly digits: number;
  /** Rows that all rows are compared with. */
  readonly references: readonly string[];
  readonly rows: ReadonlyMap<string, Outcome>;
}

export interface Budget {
  readonly what: string;
  readonly budget: string;
  readonly measured: string;
  readonly met: boolean | undefined;
}

function cells({ unit, digits, references, rows }: Table): { head: string[]; body: string[][] } {
  const head = [
    '',
    `median, ${unit}`,
    'min',
    'max',
    ...references.map((reference) => `× ${reference}`),
  ];
  const body = [...rows].map(([name, outcome]) => {
    const values = summary(outcome);
    if (values === undefined)
      return [name, outcome.kind === 'missing' ? `missing: ${outcome.why}` : 'failed every time'];
    const ratios = references.map((reference) => {
      const value = ratio(outcome, rows.get(reference));
      return value === undefined ? '' : value.toFixed(2);
    });
    const failed = values.failures === 0 ? [] : [`${values.failures} failed`];
    return [
      name,
      ...[values.median, values.min, values.max].map((value) => value.toFixed(digits)),
      ...ratios,
      ...failed,
    ];
  });
  return { head, body };
}

/** For a terminal: names on the left, numbers on the right. */
export function tableText(table: Table): string {
  const { head, body } = cells(table);
  const widths = head.map((_, column) =>
    Math.max(
      ...[head, ...body.filter((row) => row.length >= head.length)].map(
        (row) => row[column]?.length ?? 0,
      ),
    ),
  );
  widths[0] = Math.max(...[head, ...body].map((row) => row[0]?.length ?? 0));
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) =>
        column === 0 || row.length < head.length
          ? cell.padEnd(widths[column] ?? 0)
          : cell.padStart(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd();
  return `${table.title}\n\n${[head, ...body].map((row) => `  ${line(row)}`).join('\n')}\n`;
}

export function tableMarkdown(table: Table): string {
  const { head, body } = cells(table);
  const line = (row: readonly string[]) =>
    `| ${head.map((_, column) => row[column] ?? '').join(' | ')} |`;
  const rule = `| --- |${' ---: |'.repeat(head.length - 1)}`;
  return `### ${table.title}\n\n${[line(head), rule, ...body.map(line)].join('\n')}\n`;
}

const metText = (met: boolean | undefined): string =>
  met === undefined ? 'not measured' : met ? 'yes' : '**no**';

export function budgetsMarkdown(budgets: readonly Budget[]): string {
  const rows = budgets.map(
    ({ what, budget, measured, met }) => `| ${what} | ${budget} | ${measured} | ${metText(met)} |`,
  );
  return `| what | budget | measured | met |\n| --- | --- | --- | --- |\n${rows.join('\n')}\n`;
}

export const budgetsText = (budgets: readonly Budget[]): string =>
  `Budgets\n\n${budgets
    .map(
      ({ what, budget, measured, met }) =>
        `  ${(met === undefined ? '-' : met ? 'met' : 'MISSED').padEnd(7)} ${what}: ${measured} (${budget})`,
    )
    .join('\n')}\n`;

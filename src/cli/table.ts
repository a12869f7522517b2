import { quiet } from './output.ts';

/** virsh's table: each column as wide as its widest cell, three blanks between, the last one not padded. */
export function tableText(rows: readonly (readonly string[])[]): string {
  const columns = rows[0]?.map((_, column) => column) ?? [];
  const widths = columns.map((column) =>
    Math.max(...rows.map((row) => [...(row[column] ?? '')].length)),
  );
  const lines = rows.map(
    (row) =>
      ` ${row.map((cell, column) => (column === row.length - 1 ? cell : padded(cell, widths[column] ?? 0))).join('   ')}\n`,
  );
  if (quiet()) return lines.slice(1).join('');
  const width = widths.reduce((sum, wide) => sum + wide + 3, 0);
  return `${lines[0]}${'-'.repeat(width)}\n${lines.slice(1).join('')}\n`;
}

const padded = (cell: string, width: number): string =>
  cell + ' '.repeat(Math.max(0, width - [...cell].length));

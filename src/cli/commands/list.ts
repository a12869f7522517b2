import { runtimeDirectory } from '../../facts/probe.ts';
import { listRunning } from '../../state/running.ts';
import { print } from '../output.ts';

interface Options {
  readonly name?: boolean;
}

/** virsh's table: columns as wide as their widest cell, three blanks between. */
export function list(options: Options): void {
  const running = listRunning(runtimeDirectory());
  if (options.name) {
    print(`${running.map(({ name }) => `${name}\n`).join('')}\n`);
    return;
  }
  const rows = [
    ['Id', 'Name', 'State'],
    ...running.map(({ initPid, name }) => [String(initPid ?? '-'), name, 'running']),
  ];
  const widths = [0, 1, 2].map((column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  const lines = rows.map((row) =>
    ` ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('   ')}`.trimEnd(),
  );
  const width = widths.reduce((sum, wide) => sum + wide, 0) + 8;
  print(
    `${lines[0]}\n${'-'.repeat(width)}\n${lines
      .slice(1)
      .map((line) => `${line}\n`)
      .join('')}\n`,
  );
}

import type { Usage } from './figures.ts';

/** What of the machine and of all domains stands at the beginning of a row. */
export interface Totals {
  readonly hostName: string;
  readonly arch: string;
  readonly processors: number;
  readonly memoryBytes: number;
  readonly shutOff: number;
  /** Milliseconds since 1970. */
  readonly nowMs: number;
}

/**
 * The names of the columns, those of a domain once. Block devices are counted in bytes, as by `--block-in-bytes`.
 * @see virt-top(1), --csv
 */
const common = [
  ...['Hostname', 'Time', 'Arch', 'Physical CPUs', 'Count', 'Running', 'Blocked', 'Paused'],
  ...['Shutdown', 'Shutoff', 'Crashed', 'Active', 'Inactive', '%CPU'],
  ...['Total hardware memory (KB)', 'Total memory (KB)', 'Total guest memory (KB)'],
  'Total CPU time (ns)',
];
const perDomain = [
  ...['Domain ID', 'Domain name', 'CPU (ns)', '%CPU', 'Mem (bytes)', '%Mem'],
  ...['Block RDBY', 'Block WRBY', 'Net RXBY', 'Net TXBY'],
];

export const csvHead: string = line([...common, ...perDomain]);

/** A row of all domains, as of `seconds` between two samples. @see RFC 4180 */
export function csvRow(all: readonly Usage[], totals: Totals, seconds: number): string {
  const { processors, memoryBytes, shutOff, nowMs } = totals;
  const paused = all.filter(({ isPaused }) => isPaused).length;
  const sum = (of: (usage: Usage) => number): number => all.reduce((a, each) => a + of(each), 0);
  const cpu = (share: number): string => ((share / processors) * 100).toFixed(1);
  const guest = kib(sum(({ memoryLimitBytes = 0 }) => memoryLimitBytes));
  const head = [
    ...[totals.hostName, new Date(nowMs).toTimeString().slice(0, 8), totals.arch, processors],
    ...[all.length + shutOff, all.length - paused, 0, paused, 0, shutOff, 0, all.length, shutOff],
    ...[cpu(sum((usage) => usage.cpu)), kib(memoryBytes), guest, guest],
    Math.round(sum((usage) => usage.cpu) * seconds * 1e9),
  ];
  const domains = all.flatMap((usage) => [
    ...[usage.id, usage.name, Math.round(usage.cpu * seconds * 1e9), cpu(usage.cpu)],
    ...[usage.memoryBytes ?? '', Math.round(((usage.memoryBytes ?? 0) / memoryBytes) * 100)],
    ...traffic(usage.diskPerSecond, seconds),
    ...traffic(usage.networkPerSecond, seconds),
  ]);
  return line([...head, ...domains]);
}

const kib = (size: number): number => Math.round(size / 1024);

const traffic = (
  rate: Usage['diskPerSecond'],
  seconds: number,
): readonly [number | string, number | string] =>
  rate === undefined
    ? ['', '']
    : [Math.round(rate.inBytes * seconds), Math.round(rate.outBytes * seconds)];

function line(fields: readonly (string | number)[]): string {
  const quoted = fields.map((field) => {
    const text = String(field);
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  });
  return `${quoted.join(',')}\n`;
}

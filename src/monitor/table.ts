import { printable } from '../diagnostics/printable.ts';
import { bar, bytes, duration, type Marks, percent, sparkline } from './cells.ts';
import type { Traffic, Usage } from './figures.ts';

/** How a table is laid out. */
export interface Layout {
  /** Columns of the terminal. */
  readonly width: number;
  readonly marks: Marks;
  /** Milliseconds since 1970. */
  readonly nowMs: number;
  /** Shares of processors, oldest first, by the name of the container. */
  readonly history: ReadonlyMap<string, readonly number[]>;
  readonly isColoured: boolean;
}

interface Column {
  readonly head: string;
  readonly width: number;
  readonly isLeft?: boolean;
  /** Columns with a higher number are left out first where the terminal is narrow. */
  readonly rank: number;
  readonly cell: (usage: Usage, layout: Layout) => string;
  readonly colour?: (usage: Usage) => number | undefined;
}

const [GREEN, YELLOW, RED] = [32, 33, 31] as const;
const [BAR, SPARK] = [8, 10] as const;
const NAME = 8;

const share = ({ memoryBytes, memoryLimitBytes }: Usage): number | undefined =>
  memoryBytes === undefined || memoryLimitBytes === undefined
    ? undefined
    : memoryBytes / memoryLimitBytes;

function colourOfShare(usage: Usage): number | undefined {
  const used = share(usage);
  if (used === undefined) return undefined;
  return used >= 0.9 ? RED : used >= 0.7 ? YELLOW : GREEN;
}

const sum = (traffic: Traffic | undefined): string =>
  bytes(traffic === undefined ? undefined : traffic.inBytes + traffic.outBytes);

/** Those behind the name, in their order on the screen. */
const columns: readonly Column[] = [
  { head: 'S', width: 1, rank: 0, cell: ({ isPaused }) => (isPaused ? 'P' : 'R') },
  { head: 'CPU%', width: 5, rank: 0, cell: ({ cpu }) => percent(cpu) },
  {
    head: 'HISTORY',
    width: SPARK,
    rank: 3,
    isLeft: true,
    cell: ({ name }, { history, marks }) => {
      const past = history.get(name) ?? [];
      return sparkline(past, SPARK, Math.max(1, ...past), marks);
    },
  },
  { head: 'MEM', width: 5, rank: 0, cell: ({ memoryBytes }) => bytes(memoryBytes) },
  {
    head: '',
    width: BAR,
    rank: 2,
    cell: (usage, { marks }) => bar(usage.memoryBytes ?? 0, usage.memoryLimitBytes, BAR, marks),
    colour: colourOfShare,
  },
  { head: 'LIMIT', width: 5, rank: 1, cell: ({ memoryLimitBytes }) => bytes(memoryLimitBytes) },
  { head: 'SWAP', width: 5, rank: 7, cell: ({ swapBytes }) => bytes(swapBytes) },
  { head: 'IO/s', width: 5, rank: 4, cell: ({ diskPerSecond }) => sum(diskPerSecond) },
  { head: 'NET/s', width: 5, rank: 4, cell: ({ networkPerSecond }) => sum(networkPerSecond) },
  { head: 'PROCS', width: 5, rank: 5, cell: ({ processes }) => String(processes) },
  { head: 'RST', width: 3, rank: 6, cell: ({ restarts }) => String(restarts) },
  {
    head: 'UP',
    width: 4,
    rank: 1,
    cell: ({ startedMs }, { nowMs }) => duration(nowMs - startedMs),
  },
];

/** As many columns as fit beside a name of at least eight characters. */
function fitting(width: number): readonly Column[] {
  const needed = (all: readonly Column[]): number =>
    NAME + all.reduce((total, column) => total + 1 + column.width, 0);
  let chosen = columns;
  while (needed(chosen) > width && chosen.length > 0) {
    const worst = Math.max(...chosen.map(({ rank }) => rank));
    const last = chosen.findLastIndex(({ rank }) => rank === worst);
    chosen = chosen.filter((_, index) => index !== last);
  }
  return chosen;
}

/** `text`, exactly `width` characters long. */
export function fitted(text: string, width: number, isLeft = true): string {
  const all = [...text];
  if (all.length > width)
    return `${all.slice(0, Math.max(0, width - 1)).join('')}…`.slice(0, width);
  const blanks = ' '.repeat(width - all.length);
  return isLeft ? text + blanks : blanks + text;
}

/** A line of the widths of its columns: the head, and then a row for each container. */
export interface Table {
  readonly head: string;
  readonly rows: readonly string[];
}

export function tableOf(all: readonly Usage[], layout: Layout): Table {
  const chosen = fitting(layout.width);
  const rest = layout.width - chosen.reduce((total, { width }) => total + 1 + width, 0);
  const longest = Math.max(4, ...all.map(({ name }) => [...printable(name)].length));
  const nameWidth = Math.max(0, Math.min(rest, Math.max(NAME, longest)));
  const line = (name: string, cell: (column: Column) => string): string =>
    [fitted(name, nameWidth), ...chosen.map(cell)].join(' ');
  return {
    head: line('NAME', ({ head, width, isLeft }) => fitted(head, width, isLeft === true)),
    rows: all.map((usage) =>
      line(printable(usage.name), (column) => {
        const text = fitted(column.cell(usage, layout), column.width, column.isLeft === true);
        const colour = layout.isColoured ? column.colour?.(usage) : undefined;
        return colour === undefined ? text : `\x1b[${colour}m${text}\x1b[39m`;
      }),
    ),
  };
}

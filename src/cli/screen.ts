import { fstatSync } from 'node:fs';

/** How a plan is to be shown. */
export interface ScreenOptions {
  /** `auto`, `always` or `never`. */
  readonly color?: string;
  readonly width?: number;
  readonly brief?: boolean;
}

/** Columns of the narrowest screen that a plan is laid out for. */
export const NARROWEST = 40;

/** What printPlan needs to know of the screen, from the options and from standard output. */
export async function screenOf({ color, width, brief }: ScreenOptions) {
  const columns = await terminalColumns();
  const { NO_COLOR, TERM } = process.env;
  const wanted = columns !== undefined && (NO_COLOR ?? '') === '' && TERM !== 'dumb';
  const limit = width ?? (columns === undefined ? undefined : Math.max(columns, NARROWEST));
  return {
    ...(limit === undefined ? {} : { width: limit }),
    isColoured: color === 'always' || (color !== 'never' && wanted),
    isBrief: brief === true,
  };
}

/** The major number of /dev/null. @see Documentation/admin-guide/devices.txt */
const MEMORY = 1;

/** Undefined if standard output is no terminal. Node's module of terminals takes 2 ms to load. */
async function terminalColumns(): Promise<number | undefined> {
  const output = fstatSync(1);
  if (!output.isCharacterDevice() || output.rdev >> 8 === MEMORY) return undefined;
  const { isatty } = await import('node:tty');
  if (!isatty(1)) return undefined;
  const { columns } = process.stdout;
  return columns > 0 ? columns : Number.POSITIVE_INFINITY;
}

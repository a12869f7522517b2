const units = ['', 'K', 'M', 'G', 'T', 'P'] as const;

/** A number of bytes in at most five characters: `0`, `812K`, `1.5G`. */
export function bytes(value: number | undefined): string {
  if (value === undefined) return '-';
  let [size, unit] = [value, 0];
  for (; size >= 999.5 && unit < units.length - 1; unit += 1) size /= 1024;
  const digits = unit > 0 && size < 9.95 ? size.toFixed(1) : String(Math.round(size));
  return `${digits}${units[unit]}`;
}

/** A share of a processor in percent, with a place behind the point below 100. */
export const percent = (share: number): string =>
  share >= 0.9995 ? String(Math.round(share * 100)) : (share * 100).toFixed(1);

/** A time in at most four characters: `59s`, `3m`, `47h`, `12d`. */
export function duration(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  if (seconds < 120) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 120) return `${minutes}m`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours}h` : `${Math.floor(hours / 24)}d`;
}

/** The marks that a terminal can show. */
export interface Marks {
  /** From nothing to full. */
  readonly levels: readonly string[];
  readonly filled: string;
  readonly empty: string;
}

export const unicode: Marks = { levels: [...' ▁▂▃▄▅▆▇█'], filled: '█', empty: '·' };
export const ascii: Marks = { levels: [...' .:-=+*%#'], filled: '#', empty: '.' };

/** The last `width` values as a line of marks, the newest to the right; `full` is the highest mark. */
export function sparkline(
  values: readonly number[],
  width: number,
  full: number,
  { levels }: Marks,
): string {
  const top = levels.length - 1;
  const mark = (value: number): string => {
    const level = Math.ceil((Math.min(value, full) / full) * top);
    return levels[Math.max(0, level)] ?? ' ';
  };
  return values.slice(-width).map(mark).join('').padStart(width);
}

/** How much of a limit is used, `width` marks long; blanks without a limit. */
export function bar(used: number, limit: number | undefined, width: number, marks: Marks): string {
  if (limit === undefined || limit <= 0) return ' '.repeat(width);
  const filled = Math.min(width, Math.round((used / limit) * width));
  return marks.filled.repeat(filled) + marks.empty.repeat(width - filled);
}

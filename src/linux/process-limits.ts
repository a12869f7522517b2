/**
 * What a process may use, by the names of the configs of lxc and of setrlimit(2), in lower case without `RLIMIT_`.
 * @see include/uapi/asm-generic/resource.h
 */
export const processLimits = {
  cpu: 0,
  fsize: 1,
  data: 2,
  stack: 3,
  core: 4,
  rss: 5,
  nproc: 6,
  nofile: 7,
  memlock: 8,
  as: 9,
  locks: 10,
  sigpending: 11,
  msgqueue: 12,
  nice: 13,
  rtprio: 14,
  rttime: 15,
} as const;

export type ProcessLimitName = keyof typeof processLimits;

export const isProcessLimit = (name: string): name is ProcessLimitName =>
  Object.hasOwn(processLimits, name);

/** RLIM_INFINITY. */
export const UNLIMITED = 'unlimited';

/** A number of 64 bits in decimal digits, or `unlimited`; undefined for anything else. */
export function readLimit(text: string): string | undefined {
  if (text === UNLIMITED) return UNLIMITED;
  if (!/^\d{1,20}$/.test(text)) return undefined;
  const number = BigInt(text);
  return number < RLIM_INFINITY ? String(number) : undefined;
}

export const RLIM_INFINITY = 0xffff_ffff_ffff_ffffn;

/** The limit as a number of the kernel. */
export const limitNumber = (limit: string): bigint =>
  limit === UNLIMITED ? RLIM_INFINITY : BigInt(limit);

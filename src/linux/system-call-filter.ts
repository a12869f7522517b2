import { errnoName } from './errno.ts';
import type { Abi } from './system-calls.ts';

/**
 * What becomes of each system call of a process and of all that it starts: the words of `seccomp(2)`, before they are a program
 * for one kind of machine.
 */
export interface SystemCallFilter {
  /** The kinds of programs that may run beside those of the machine itself: a call of any other kills. */
  readonly abis: readonly Abi[];
  /** What becomes of a call that no rule speaks of. */
  readonly otherwise: Verdict;
  /** Of those with conditions the first that fits decides, of those without the first one does if none fits. */
  readonly rules: readonly CallRule[];
  readonly flags?: readonly FilterFlag[];
}

export type FilterFlag = 'log' | 'spec_allow';

export interface CallRule {
  readonly verdict: Verdict;
  /** @minItems 1 */
  readonly calls: readonly CallName[];
  /**
   * All of them hold.
   * @minItems 1
   * @maxItems 6
   */
  readonly when?: readonly ArgumentTest[];
}

/**
 * Of a system call that the kernel of one of the kinds has.
 * @pattern ^[a-z0-9_]{1,40}$
 */
export type CallName = string;

/** What an argument of a call is, of a program of 32 bits its low half. */
export interface ArgumentTest {
  /**
   * @minimum 0
   * @maximum 5
   */
  readonly argument: number;
  readonly is: Comparison;
  readonly value: Word;
  /** The bits of it that are looked at, with `==`. */
  readonly mask?: Word;
}

export type Comparison = '==' | '!=' | '<' | '<=' | '>' | '>=';

/**
 * 64 bits, in hexadecimal.
 * @pattern ^0x(0|[1-9a-f][0-9a-f]{0,15})$
 */
export type Word = string;

/**
 * The call is made, made and logged, fails with an error, is told to a tracer with a number, or ends the thread or the process.
 * @pattern ^(allow|log|trap|kill|kill_process|(errno|trace) (0|[1-9][0-9]{0,4}))$
 * @see seccomp(2), "Return value"
 */
export type Verdict = string;

/** The most that the kernel takes for an error. @see include/linux/err.h, MAX_ERRNO */
export const MAX_ERRNO = 4095;

export const word = (value: number | bigint): Word => `0x${value.toString(16)}`;

const actions: Readonly<Record<string, number>> = {
  kill: 0x0000_0000,
  kill_process: 0x8000_0000,
  trap: 0x0003_0000,
  errno: 0x0005_0000,
  trace: 0x7ff0_0000,
  log: 0x7ffc_0000,
  allow: 0x7fff_0000,
};

/** What a filter returns for it. @see include/uapi/linux/seccomp.h */
export function returned(verdict: Verdict): number {
  const [action = '', data = '0'] = verdict.split(' ');
  return (actions[action] ?? 0) + Number(data);
}

/** Whether what it returns leaves room for its number. */
export function isVerdict(verdict: Verdict): boolean {
  const [action, data = '0'] = verdict.split(' ');
  return Number(data) <= (action === 'errno' ? MAX_ERRNO : 0xffff);
}

/** Whether the call is made. */
export const isMade = (verdict: Verdict): boolean => verdict === 'allow' || verdict === 'log';

/** For a reader: `EPERM` for `errno 1`. */
export function verdictText(verdict: Verdict): string {
  const [action, data] = verdict.split(' ');
  return action === 'errno' ? errnoName(Number(data)) : verdict.replace('_', ' ');
}

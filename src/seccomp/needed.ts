import { isMade, type SystemCallFilter } from '../linux/system-call-filter.ts';

/** What a start still does behind a filter: give up rights, if they include the right to filter, become init, and end. */
const CALLS = ['capset', 'openat2', 'execve', 'exit_group', 'write'];

/** Beside these, to become another user. */
const CALLS_OF_USER = ['setgroups', 'setresgid', 'setresuid', 'fchownat', 'prctl'];

/** Those of the calls that a start still makes which the filter lets nobody make. */
export const refusedOfStart = (
  { rules, otherwise }: SystemCallFilter,
  becomesUser: boolean,
): readonly string[] =>
  [...CALLS, ...(becomesUser ? CALLS_OF_USER : [])].filter((call) => {
    const its = rules.filter(({ calls }) => calls.includes(call));
    const last = its.find(({ when }) => when === undefined)?.verdict ?? otherwise;
    return !isMade(last);
  });

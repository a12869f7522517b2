import { errnoNumber } from '../linux/errno.ts';
import { causesOf, everywhere, NO_INTERPRETER } from '../plan/causes.ts';
import type { PlanStep } from '../plan/plan.ts';
import { int, value } from '../program/operands.ts';
import { type Assembly, quads } from './assembly.ts';

/**
 * What a program says under the message of a step that failed, as the command line does: each text once, and a list
 * that leads from an operation and an error to it.
 */
interface CauseTable {
  readonly texts: readonly string[];
  /** The causes of a step, by its id: steps that fail for the same reasons have one number. */
  readonly kinds: readonly number[];
  readonly entries: readonly { readonly key: number; readonly text: number }[];
}

/** What every step can fail with has the kind 0. */
const EVERYWHERE = 0;

function causeTable(steps: readonly PlanStep[]): CauseTable {
  const texts = [''];
  const entries: { key: number; text: number }[] = [];
  const known = new Map<string, number>();
  const add = (kind: number, causes: readonly (readonly [errno: string, cause: string])[]) => {
    for (const [errno, cause] of causes) {
      const line = `\n  note: ${cause}`;
      const found = texts.indexOf(line);
      entries.push({
        key: (kind << 8) | (errnoNumber(errno) ?? 0),
        text: found < 0 ? texts.push(line) - 1 : found,
      });
    }
  };
  add(EVERYWHERE, Object.entries(everywhere));
  const kinds = steps.map((step) => {
    const causes = Object.entries(causesOf(step)).filter(
      ([errno, cause]) => everywhere[errno] !== cause,
    );
    const name = JSON.stringify(causes);
    const kind = causes.length === 0 ? EVERYWHERE : (known.get(name) ?? known.size + 1);
    if (causes.length > 0 && !known.has(name)) {
      known.set(name, kind);
      add(kind, causes);
    }
    return kind;
  });
  return { texts, kinds: [EVERYWHERE, ...kinds], entries };
}

const ENOENT = 2;

/**
 * Finds the number of the text for `failed_step` and `failed_errno`, or 0 if nothing is known, and stores it in
 * `cause`. An entry has its key in the lower 16 bits.
 * @returns the texts
 */
export function lowerCause(out: Assembly, steps: readonly PlanStep[]): readonly string[] {
  const { texts, kinds, entries } = causeTable(steps);
  const table = (name: string, numbers: readonly number[]) =>
    out.define({ kind: 'constant', name, bytes: quads(numbers) });
  // The last step stands for the one more that a name that is taken fails with.
  table('cause_kinds', [...kinds, EVERYWHERE]);
  table('cause_entries', [...entries.map(({ key, text }) => key | (text << 16)), 0]);
  const [key, at, entry] = [out.slot('cause_key'), out.slot('cause_at'), out.slot('cause_entry')];
  const cause = out.slot('cause');
  const exec = steps.find(({ op }) => op === 'exec')?.id ?? -1;
  out.lookup(key, 'cause_kinds', value('failed_step'));
  out.compute(key, value('cause_key'), '<<', int(8));
  out.compute(key, value('cause_key'), '+', value('failed_errno'));
  // The kernel has found init itself, if it came so far.
  out.slot('init_state');
  out.branch(value('failed_step'), '!=', int(exec), 'cause_scan');
  out.branch(value('failed_errno'), '!=', int(ENOENT), 'cause_scan');
  out.branch(value('init_state'), '==', int(0), 'cause_scan');
  out.compute(key, value('cause_key'), '+', int((errnoNumber(NO_INTERPRETER) ?? 0) - ENOENT));
  out.label('cause_scan');
  out.store(at, int(0));
  out.label('cause_next');
  out.lookup(entry, 'cause_entries', value('cause_at'));
  out.branch(value('cause_entry'), '==', int(0), 'cause_end');
  out.compute(at, value('cause_at'), '+', int(1));
  out.compute(cause, value('cause_entry'), '&', int(0xffff));
  out.branch(value('cause'), '!=', value('cause_key'), 'cause_next');
  out.compute(cause, value('cause_entry'), '>>', int(16));
  out.jump('cause_found');
  out.label('cause_end');
  out.store(cause, int(0));
  out.branch(value('cause_key'), '<', int(1 << 8), 'cause_found');
  out.compute(key, value('cause_key'), '&', int(0xff));
  out.jump('cause_scan');
  out.label('cause_found');
  return texts;
}

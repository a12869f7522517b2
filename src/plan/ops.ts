import { journalLine } from './journal.ts';
import { auditOps } from './ops/audit.ts';
import { captureOps } from './ops/capture.ts';
import { cgroupOps } from './ops/cgroup.ts';
import { consoleOps } from './ops/console.ts';
import { devOps } from './ops/dev.ts';
import { execOps } from './ops/exec.ts';
import { identityOps } from './ops/identity.ts';
import { linkOps } from './ops/link.ts';
import { logOps } from './ops/log.ts';
import { loopOps } from './ops/loop.ts';
import { maskOps } from './ops/mask.ts';
import { meminfoOps } from './ops/meminfo.ts';
import { mountOps } from './ops/mount.ts';
import { namespacesOps } from './ops/namespaces.ts';
import type { Place } from './ops/places.ts';
import { procOps } from './ops/proc.ts';
import { processOps } from './ops/process.ts';
import type { OpRecord, Records } from './ops/record.ts';
import { rootOps } from './ops/root.ts';
import { stageOps } from './ops/stage.ts';
import { stateOps } from './ops/state.ts';
import type { Op, Operation, Operations } from './plan.ts';

/**
 * The closed list of operations, and all that the compiler knows of each. How they print and explain themselves, which
 * descriptors they open, what the rules ask of a plan: everything is read from here.
 */
export const ops: Records<Operations> = {
  ...processOps,
  ...stateOps,
  ...auditOps,
  ...cgroupOps,
  ...loopOps,
  ...captureOps,
  ...devOps,
  ...meminfoOps,
  ...procOps,
  ...logOps,
  ...consoleOps,
  ...stageOps,
  ...namespacesOps,
  ...linkOps,
  ...rootOps,
  ...mountOps,
  ...maskOps,
  ...identityOps,
  ...execOps,
};

export const opNames = Object.keys(ops) as readonly Op[];

export const isOp = (text: string): text is Op => Object.hasOwn(ops, text);

/** The record takes the step that it was found for: TypeScript does not follow that. */
export const recordOf = (step: Operation): OpRecord<Op> => ops[step.op] as OpRecord<Op>;

/** The descriptors that a step opens for later ones, by the names of the plan. */
export const opens = (step: Operation): readonly string[] => recordOf(step).opens?.(step) ?? [];

/** The descriptors that a step needs. */
export const uses = (step: Operation): readonly string[] => recordOf(step).uses?.(step) ?? [];

/** When each of its steps is taken, and by whom. */
export function placesOf(op: Op): readonly Place[] {
  const { place } = ops[op];
  return 'phase' in place ? [place] : Object.values(place);
}

/** When this one is taken, and by whom. */
export function placeOf(step: Operation): Place {
  const { place } = ops[step.op];
  return 'phase' in place ? place : place['base' in step ? step.base : 'inside'];
}

export const perOf = ({ op }: Operation): 'name' | 'life' => ops[op].per ?? 'life';

/** What the steps of a release leave to be undone, if the supervisor is killed: the lines of the journal. */
export const journalOf = (steps: readonly Operation[]): readonly string[] =>
  steps.flatMap((step) => {
    const undoing = recordOf(step).journal?.(step);
    return undoing === undefined ? [] : [journalLine(undoing)];
  });

/** What the supervisor has opened for init, and closes when that runs. */
export const capturedBy = (steps: readonly Operation[]): readonly string[] =>
  steps
    .filter((step) => placeOf(step).phase === 'capture' && ops[step.op].closedBy === undefined)
    .flatMap(opens);

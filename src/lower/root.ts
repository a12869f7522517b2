import { MS, UMOUNT } from '../linux/flags.ts';
import { conditionsOf } from '../plan/conditions.ts';
import type { RootOps } from '../plan/ops/root.ts';
import type { Plan, StepOf } from '../plan/plan.ts';
import { flags, NULL, string, value } from '../program/operands.ts';
import type { Assembly } from './assembly.ts';
import type { Lowerings } from './lowering.ts';
import { attachAt, cloneAt } from './path.ts';

export const rootLowerings: Lowerings<RootOps> = {
  'propagation.stop': stopPropagation,
  'root.adopt': lowerAdopt,
  'root.attach': (out) => attachAt(out, 'root', '/'),
  'root.pivot': (out, _, { plan }) => lowerPivot(out, handleOf(plan)),
  'root.detach-old': (out, _, { plan }) => lowerDetachOld(out, handleOf(plan)),
};

const handleOf = ({ steps }: Plan): string => (conditionsOf(steps).staged ? ADOPTED : 'root');

const ADOPTED = 'adopted';

/** No mount of the container may reach the host's namespace. @see mount_namespaces(7) */
function stopPropagation(out: Assembly): void {
  out.call('mount', [NULL, string('/'), NULL, flags(MS, 'MS_REC', 'MS_SLAVE'), NULL]);
}

/** @see pivot_root(2), "pivot_root(".", ".")": the old root ends up stacked on the new one. */
function lowerPivot(out: Assembly, root: string): void {
  out.call('fchdir', [value(root)]);
  out.call('pivot_root', [string('.'), string('.')]);
}

function lowerDetachOld(out: Assembly, root: string): void {
  out.call('umount2', [string('.'), flags(UMOUNT, 'MNT_DETACH')]);
  out.call('chdir', [string('/')]);
  out.call('close', [value(root)]);
}

/**
 * The assembled tree came locked into this namespace, and pivot_root refuses a locked mount: a fresh
 * clone over the same place is not.
 */
function lowerAdopt(out: Assembly, step: StepOf<'root.adopt'>): void {
  cloneAt(out, step.at, ADOPTED, true);
  attachAt(out, ADOPTED, step.at);
}

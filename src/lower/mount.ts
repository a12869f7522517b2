import { AT, UMOUNT } from '../linux/flags.ts';
import { pathOfSysctl } from '../linux/sysctl.ts';
import type { MountOps } from '../plan/ops/mount.ts';
import type { Plan, StepOf } from '../plan/plan.ts';
import { AT_FDCWD, flags, int, string, value } from '../program/operands.ts';
import type { Assembly } from './assembly.ts';
import { changeMount, lowerMountCreate, mountAttr } from './capture.ts';
import { writeText } from './file.ts';
import type { Lowerings } from './lowering.ts';
import { attachInside, cloneInside, makePoint } from './path.ts';

export const mountLowerings: Lowerings<MountOps> = {
  'mount.create': lowerMountCreate,
  'mount.detach': (out, { base, target }, { plan }) =>
    detach(out, base === 'root' ? `${stageOf(plan)}${target}` : target),
  'mount.point': (out, { base, path, type, below }) => makePoint(out, base, path, type, below),
  'mount.attach': lowerMountAttach,
  'mount.bind': lowerBind,
  'mount.readonly': lowerReadOnly,
  'mount.clone': (out, { source, handle }) => cloneInside(out, 'inside', source, handle),
  'sysctl.write': lowerSysctl,
};

/** Where the supervisor assembles the tree. */
const stageOf = ({ steps }: Plan): string =>
  steps.find((step) => step.op === 'stage.root')?.at ?? '';

/** Takes a mount of the host's own root away: a link in its place is not followed. */
export function detach(out: Assembly, target: string): void {
  out.call('umount2', [string(target), flags(UMOUNT, 'MNT_DETACH', 'UMOUNT_NOFOLLOW')]);
}

/** init lets go of a mount as soon as it is attached; the supervisor's captured ones it closes later. */
export function lowerMountAttach(out: Assembly, step: StepOf<'mount.attach'>): void {
  attachInside(out, step.base, step.handle, step.target);
  if (step.base === 'inside') out.call('close', [value(step.handle)]);
}

export function lowerReadOnly(out: Assembly, step: StepOf<'mount.readonly'>): void {
  // The assembled root, by its descriptor.
  if (step.base === 'root') return changeMount(out, 'root', mountAttr(out, true, false), true);
  out.call('mount_setattr', [
    AT_FDCWD,
    string(step.target),
    step.recursive ? flags(AT, 'AT_RECURSIVE') : int(0),
    mountAttr(out, true, false),
    int(32),
  ]);
}

/** Shows a directory or file of the container at a second place. */
export function lowerBind(out: Assembly, step: StepOf<'mount.bind'>): void {
  const { base } = step;
  cloneInside(out, base, step.source, 'bound');
  if (step.readOnly) changeMount(out, 'bound', mountAttr(out, true, false));
  attachInside(out, base, 'bound', step.target);
  out.call('close', [value('bound')]);
}

/** By the procfs that is not in place yet, which nothing inside can have changed. */
function lowerSysctl(out: Assembly, { name, value: text }: StepOf<'sysctl.write'>): void {
  const path = string(`sys/${pathOfSysctl(name)}`);
  out.call('openat', [value('proc'), path, out.open('O_WRONLY', 'O_CLOEXEC', 'O_NOFOLLOW')], {
    result: 'file',
  });
  writeText(out, 'file', text);
  out.call('close', [value('file')]);
}

import { AT } from '../linux/flags.ts';
import type { DevOps } from '../plan/ops/dev.ts';
import type { StepOf } from '../plan/plan.ts';
import { AT_FDCWD, flags, int, load, string, value } from '../program/operands.ts';
import type { Assembly } from './assembly.ts';
import { newMount } from './capture.ts';
import { LOOP_MAJOR, loopMinor } from './loop.ts';
import type { Lowerings } from './lowering.ts';
import { device, lookAtDevice } from './status.ts';

export const devLowerings: Lowerings<DevOps> = {
  'dev.node': lowerDevNode,
  'dev.loop': lowerDevLoop,
  'dev.link': lowerDevLink,
  'dev.directory': lowerDevDirectory,
  'devpts.create': lowerDevpts,
};

/** makedev(3) of the kernel's 32-bit encoding. */
const makedev = (major: number, minor: number): number =>
  (minor & 0xff) | (major << 8) | ((minor & ~0xff) << 12);

const hex = (value: number): string => (value === 0 ? '0' : `0x${value.toString(16)}`);

const octal = (mode: number): string => (mode === 0 ? '000' : `0${mode.toString(8)}`);

/** A device node in the detached /dev: mknodat(2) on its descriptor. */
function lowerDevNode(out: Assembly, step: StepOf<'dev.node'>): void {
  if (step.source !== undefined) unlessStill(out, step, step.source);
  const bits = Number.parseInt(step.mode, 8);
  const [type, name] = step.type === 'c' ? [0o020000, 'S_IFCHR'] : [0o060000, 'S_IFBLK'];
  const { major, minor } = step;
  out.call('mknodat', [
    value('dev'),
    string(step.name),
    int(type | bits, `${name}|${octal(bits)}`),
    int(makedev(major, minor), `makedev(${hex(major)}, ${hex(minor)})`),
  ]);
  own(out, step);
}

/** As `makedev`, of a number that is known only now. */
function lowerDevLoop(out: Assembly, step: StepOf<'dev.loop'>): void {
  const bits = Number.parseInt(step.mode, 8);
  const minor = loopMinor(step.loop);
  out.compute(out.slot('loop_high'), minor, '&', int(0xfff00));
  out.compute(out.slot('loop_high'), value('loop_high'), '<<', int(12));
  out.compute(out.slot('loop_number'), minor, '&', int(0xff));
  out.compute(out.slot('loop_number'), value('loop_number'), '|', value('loop_high'));
  out.compute(out.slot('loop_number'), value('loop_number'), '|', int(LOOP_MAJOR << 8));
  out.call('mknodat', [
    value('dev'),
    string(step.name),
    int(0o060000 | bits, `S_IFBLK|${octal(bits)}`),
    value('loop_number'),
  ]);
  own(out, step);
}

const [TYPE_OF_MODE, ENXIO] = [0o170000, 6] as const;

/** A number may have come to mean another device since the plan was made. */
function unlessStill(
  out: Assembly,
  { type, major, minor }: StepOf<'dev.node'>,
  source: string,
): void {
  const [other, same] = [out.fresh('other_device'), out.fresh('same_device')];
  lookAtDevice(out, AT_FDCWD, source, int(0));
  out.compute(out.slot('kind'), load(device.mode), '&', int(TYPE_OF_MODE));
  out.branch(value('kind'), '!=', int(type === 'c' ? 0o020000 : 0o060000), other);
  out.branch(load(device.major), '!=', int(major), other);
  out.branch(load(device.minor), '==', int(minor), same);
  out.label(other);
  out.fail(ENXIO);
  out.label(same);
}

function lowerDevLink(out: Assembly, step: StepOf<'dev.link'>): void {
  out.call('symlinkat', [string(step.target), value('dev'), string(step.name)]);
  own(out, step);
}

function lowerDevDirectory(out: Assembly, step: StepOf<'dev.directory'>): void {
  out.call('mkdirat', [value('dev'), string(step.name), int(0o755, '0755')]);
  own(out, step);
}

/** What the supervisor made belongs to the container's root: with an id map that is another user. */
function own(out: Assembly, step: { name: string; uid: number; gid: number }): void {
  if (step.uid === 0 && step.gid === 0) return;
  out.call('fchownat', [
    value('dev'),
    string(step.name),
    int(step.uid),
    int(step.gid),
    flags(AT, 'AT_SYMLINK_NOFOLLOW'),
  ]);
}

/** The private devpts instance, detached. @see Documentation/filesystems/devpts.rst */
function lowerDevpts(out: Assembly, step: StepOf<'devpts.create'>): void {
  newMount(
    out,
    'devpts',
    'devpts',
    { source: 'devpts', newinstance: null, ptmxmode: '0666', mode: '0620', gid: String(step.gid) },
    ['nosuid'],
  );
  if (step.uid0 === 0 && step.gid0 === 0) return;
  const [uid, gid] = [int(step.uid0), int(step.gid0)];
  out.call('fchownat', [value('devpts'), string(''), uid, gid, flags(AT, 'AT_EMPTY_PATH')]);
  out.call('fchownat', [value('devpts'), string('ptmx'), uid, gid, int(0)]);
}

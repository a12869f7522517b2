import type { CgroupOps } from '../plan/ops/cgroup.ts';
import type { DeviceRule, LoopRule, StepOf } from '../plan/plan.ts';
import { AT_FDCWD, address, field, int, string, value } from '../program/operands.ts';
import { quote } from '../program/print.ts';
import { type Assembly, words } from './assembly.ts';
import { writeFile, writeText } from './file.ts';
import { LOOP_MAJOR, loopMinor } from './loop.ts';
import type { Lowerings } from './lowering.ts';
import { lowerCgroupRemove } from './state.ts';

export const cgroupLowerings: Lowerings<CgroupOps> = {
  'cgroup.enable': lowerCgroupEnable,
  'cgroup.create': lowerCgroupCreate,
  'cgroup.delegate': lowerCgroupDelegate,
  'cgroup.write': lowerCgroupWrite,
  'devices.policy': lowerDevicesPolicy,
  'devices.attach': lowerDevicesAttach,
  'cgroup.open': lowerCgroupOpen,
  'cgroup.join': lowerCgroupJoin,
  'cgroup.remove': lowerCgroupRemove,
};

const ruleText = (rule: DeviceRule): string =>
  'loop' in rule
    ? `b ${rule.loop} ${rule.access}`
    : `${rule.type} ${rule.major}:${rule.minor} ${rule.access}`;

/** Writes a text into a file of the host. */
const writeInto = (out: Assembly, path: string, text: string): void =>
  writeFile(out, string(path), () => writeText(out, 'file', text));

/** `EEXIST`: the name is locked, so a directory that is there was left by a supervisor that was killed. */
export function lowerCgroupCreate(out: Assembly, step: StepOf<'cgroup.create'>): void {
  out.call('mkdirat', [AT_FDCWD, string(step.path), int(0o755, '0755')], {
    tolerates: step.tolerates ?? [],
  });
}

/** @see Documentation/admin-guide/cgroup-v2.rst, "Delegation" */
function lowerCgroupDelegate(out: Assembly, step: StepOf<'cgroup.delegate'>): void {
  const files = ['cgroup.procs', 'cgroup.subtree_control', 'cgroup.threads'];
  for (const path of [step.path, ...files.map((file) => `${step.path}/${file}`)])
    out.call('fchownat', [AT_FDCWD, string(path), int(step.uid), int(step.gid), int(0)]);
}

export function lowerCgroupWrite(out: Assembly, step: StepOf<'cgroup.write'>): void {
  writeInto(out, step.file, step.value);
}

export function lowerCgroupEnable(out: Assembly, step: StepOf<'cgroup.enable'>): void {
  writeInto(out, step.file, step.value);
}

/** @see Documentation/admin-guide/cgroup-v1/devices.rst */
export function lowerDevicesPolicy(out: Assembly, step: StepOf<'devices.policy'>): void {
  writeInto(out, `${step.path}/devices.deny`, 'a');
  writeFile(out, string(`${step.path}/devices.allow`), () => {
    for (const rule of step.rules) {
      if ('loop' in rule) writeLoopRule(out, rule);
      else writeText(out, 'file', ruleText(rule));
    }
  });
}

/** As many digits as the kernel reads, zeros before them. */
const MINOR_DIGITS = 7;

function writeLoopRule(out: Assembly, { loop, access }: LoopRule): void {
  const head = `b ${LOOP_MAJOR}:`;
  const text = Buffer.from(`${head}${'0'.repeat(MINOR_DIGITS)} ${access}`);
  const name = `${loop}_rule_${access}`;
  out.variable(name, text.length, text);
  out.decimal(loopMinor(loop), name, head.length, MINOR_DIGITS, '0');
  out.call('write', [value('file'), address(name), int(text.length)]);
}

export function lowerCgroupOpen(out: Assembly, step: StepOf<'cgroup.open'>): void {
  out.call('openat', [AT_FDCWD, string(step.path), out.open('O_WRONLY', 'O_CLOEXEC')], {
    result: step.handle,
  });
}

/** `0` is the writer itself: the only spelling for which v1 takes no global lock. @see kernel/cgroup/cgroup.c */
export function lowerCgroupJoin(out: Assembly, step: StepOf<'cgroup.join'>): void {
  writeText(out, step.handle, '0');
}

const insn = (code: number, dst: number, src: number, off: number, imm: number) =>
  words([1, code], [1, (src << 4) | dst], [2, off], [4, imm]);

const accessBits: Readonly<Record<string, number>> = { m: 1, r: 2, w: 4 };

/**
 * The device list as a BPF program: for each rule, allow what it names; deny the rest.
 * The context holds `{access_type, major, minor}`: the type in the low half (block 1, char 2), the access
 * in the high half (mknod 1, read 2, write 4).
 * @see include/uapi/linux/bpf.h, struct bpf_cgroup_dev_ctx
 */
export function deviceProgram(rules: readonly DeviceRule[]): DeviceProgram {
  const minors: LaterMinor[] = [];
  const code: Uint8Array[] = [
    insn(0x61, 2, 1, 0, 0), // r2 = access_type
    insn(0xbc, 3, 2, 0, 0), // w3 = w2
    insn(0x54, 3, 0, 0, 0xffff), // w3 &= 0xffff: type
    insn(0x74, 2, 0, 0, 16), // w2 >>= 16: access
    insn(0x61, 4, 1, 4, 0), // r4 = major
    insn(0x61, 5, 1, 8, 0), // r5 = minor
  ];
  for (const rule of rules) {
    const { access } = rule;
    const { type, major, minor } = 'loop' in rule ? aLoop : rule;
    const bits = [...access].reduce((sum, letter) => sum | (accessBits[letter] ?? 0), 0);
    const body: ((skip: number) => Uint8Array)[] = [];
    body.push((skip) => insn(0x55, 3, 0, skip, type === 'b' ? 1 : 2)); // if r3 != type skip
    if (bits !== 7) {
      body.push(() => insn(0xbc, 1, 2, 0, 0)); // w1 = w2
      body.push(() => insn(0x54, 1, 0, 0, ~bits & 7)); // w1 &= accesses not allowed
      body.push((skip) => insn(0x55, 1, 0, skip, 0)); // if r1 != 0 skip
    }
    if (major !== '*') body.push((skip) => insn(0x55, 4, 0, skip, major));
    if (minor !== '*') body.push((skip) => insn(0x55, 5, 0, skip, minor));
    if ('loop' in rule)
      minors.push({ loop: rule.loop, offset: 8 * (code.length + body.length) - IMMEDIATE });
    body.push(() => insn(0xb4, 0, 0, 0, 1)); // w0 = 1
    body.push(() => insn(0x95, 0, 0, 0, 0)); // exit
    code.push(...body.map((make, index) => make(body.length - index - 1)));
  }
  code.push(insn(0xb4, 0, 0, 0, 0), insn(0x95, 0, 0, 0, 0));
  return { bytes: Buffer.concat(code), minors };
}

/** A loop device has its number when the program is loaded. */
const aLoop = { type: 'b', major: LOOP_MAJOR, minor: 0 } as const;

/** The last four bytes of an instruction. */
const IMMEDIATE = 4;

interface LaterMinor {
  readonly loop: string;
  /** Where it stands in the program, as four bytes. */
  readonly offset: number;
}

interface DeviceProgram {
  readonly bytes: Uint8Array;
  readonly minors: readonly LaterMinor[];
}

/** cgroup v2 has no device files: the policy is a BPF program on the group. @see bpf(2) */
export function lowerDevicesAttach(out: Assembly, step: StepOf<'devices.attach'>): void {
  const { bytes: program, minors } = deviceProgram(step.rules);
  if (minors.length === 0) out.define({ kind: 'constant', name: 'device_program', bytes: program });
  else out.variable('device_program', program.length, program);
  for (const { loop, offset } of minors)
    out.store(field('device_program', offset, 4), loopMinor(loop));
  out.define({ kind: 'constant', name: 'bpf_license', bytes: Buffer.from('Apache-2.0\0') });
  out.define({
    kind: 'variable',
    name: 'bpf_load',
    size: 48,
    initial: words([4, 15], [4, program.length / 8]), // BPF_PROG_TYPE_CGROUP_DEVICE
    pointers: [
      { offset: 8, target: address('device_program') },
      { offset: 16, target: address('bpf_license') },
    ],
  });
  const rules = quote(step.rules.map(ruleText).join(', '));
  const loadText = `{prog_type=BPF_PROG_TYPE_CGROUP_DEVICE, insn_cnt=${program.length / 8}, insns=&device_program /* ${rules} */, license="Apache-2.0", log_level=0, log_size=0, log_buf=NULL, kern_version=KERNEL_VERSION(0, 0, 0), prog_flags=0}`;
  out.call('bpf', [int(5, 'BPF_PROG_LOAD'), address('bpf_load', loadText), int(48)], {
    result: 'policy',
  });
  out.call(
    'openat',
    [AT_FDCWD, string(step.path), out.open('O_RDONLY', 'O_CLOEXEC', 'O_DIRECTORY')],
    { result: 'policed' },
  );
  out.variable('bpf_attach', 16, words([4, 0], [4, 0], [4, 6], [4, 2]));
  out.store(field('bpf_attach', 0, 4), value('policed'));
  out.store(field('bpf_attach', 4, 4), value('policy'));
  const attachText =
    '{target_fd=policed, attach_bpf_fd=policy, attach_type=BPF_CGROUP_DEVICE, attach_flags=BPF_F_ALLOW_MULTI}';
  out.call('bpf', [int(8, 'BPF_PROG_ATTACH'), address('bpf_attach', attachText), int(16)]);
  out.call('close', [value('policed')]);
  out.call('close', [value('policy')]);
}

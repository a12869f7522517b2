import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ops } from '../../src/plan/ops.ts';
import type { StepOf } from '../../src/plan/plan.ts';
import { filterOf, type Subject, unknownRestricted } from '../../src/seccomp/profile.ts';
import { readProfile } from '../../src/seccomp/read.ts';

const recorded = (name: string) =>
  readFileSync(join(import.meta.dirname, '../../golden/recorded/seccomp', name), 'utf8');
const oci = (profile: object) => readProfile(JSON.stringify(profile));
const subject = (capabilities: readonly string[] = [], minor = 18): Subject => ({
  arch: 'x86_64',
  kernel: { release: '', major: 6, minor },
  capabilities,
});

test('what lxc brings', () => {
  const { profile } = readProfile(recorded('lxc-common.seccomp'));
  expect(profile).toEqual({
    plainDecides: true,
    otherwise: 'allow',
    flags: [],
    rules: [
      {
        verdict: 'errno 13',
        calls: ['umount2'],
        when: [{ argument: 1, is: '==', value: '0x1', mask: '0x1' }],
      },
      ...['kexec_load', 'open_by_handle_at', 'init_module', 'finit_module', 'delete_module'].map(
        (name) => ({ verdict: 'errno 1', calls: [name] }),
      ),
    ],
  });
});

test.each([
  [
    '2\nallowlist\nread\nwrite\n',
    'kill',
    [
      ['allow', ['read']],
      ['allow', ['write']],
    ],
  ],
  ['2\nallowlist errno 22\nread\n', 'errno 22', [['allow', ['read']]]],
  [
    '2\ndenylist\n# a remark\n\n[all]\nmknod errno 0\nreboot\nkeyctl trap\n',
    'allow',
    [
      ['errno 0', ['mknod']],
      ['kill', ['reboot']],
      ['trap', ['keyctl']],
    ],
  ],
])('a list of lxc: %j', (text, otherwise, rules) => {
  const { profile } = readProfile(text);
  expect(profile?.otherwise).toBe(otherwise);
  expect(profile?.rules.map(({ verdict, calls }) => [verdict, calls])).toEqual(rules);
});

test('arguments of lxc', () => {
  const { profile } = readProfile(
    '2\ndenylist\nioctl errno 1 [1,0x5412,SCMP_CMP_EQ]\nclone errno 38 [0,0x10000000,SCMP_CMP_MASKED_EQ,0x10000000][1,010,>=]\n',
  );
  expect(profile?.rules.map(({ when }) => when)).toEqual([
    [{ argument: 1, is: '==', value: '0x5412' }],
    [
      { argument: 0, is: '==', value: '0x10000000', mask: '0x10000000' },
      { argument: 1, is: '>=', value: '0x8' },
    ],
  ]);
});

test.each([
  ['', 'line 1'],
  ['3\n', 'line 1'],
  ['1\nallowlist\n0\n', 'version 1'],
  ['2\nsomelist\n', 'line 2'],
  ['2\nallowlist explode\n', "line 2: 'explode'"],
  ['2\ndenylist\n\nmknod errno\n', 'line 4'],
  ['2\ndenylist\nmknod errno 5000\n', 'line 3'],
  ['2\ndenylist\nioctl errno 1 [9,1,SCMP_CMP_EQ]\n', 'line 3'],
  ['2\ndenylist\nioctl errno 1 [1,x,SCMP_CMP_EQ]\n', 'line 3'],
  ['2\ndenylist\nioctl errno 1 [1,1,=]\n', 'line 3'],
  ['2\ndenylist\nioctl notify\n', 'line 3'],
  ['2\ndenylist\n-\n', 'line 3'],
  ['{', 'line 1'],
  ['{}', "lacks the member 'defaultAction'"],
  [
    '{\n"defaultAction": "SCMP_ACT_ALLOW",\n"syscalls": [{ "names": ["x"], "action": "ERRNO" }]}',
    'line 3',
  ],
  ['{ "defaultAction": "SCMP_ACT_NOTIFY" }', 'SCMP_ACT_NOTIFY'],
  ['{ "defaultAction": "SCMP_ACT_ALLOW", "syscals": [] }', "unknown member 'syscals'"],
])('no profile: %j', (text, fault) => {
  expect(readProfile(text).fault).toContain(fault);
});

test('any text is a profile or has a fault', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (one, other) => {
      for (const text of [one, `2\ndenylist\n${one}`, `{${one}`, `2\n${one}\n${other}`]) {
        const { profile, fault } = readProfile(text);
        expect((profile === undefined) !== (fault === undefined)).toBe(true);
      }
    }),
  );
});

test('engines: the kinds of programs, errors, and tests of one argument as alternatives', () => {
  const { profile } = oci({
    defaultAction: 'SCMP_ACT_ERRNO',
    defaultErrnoRet: 38,
    architectures: ['SCMP_ARCH_X86_64', 'SCMP_ARCH_X86', 'SCMP_ARCH_S390X'],
    flags: ['SECCOMP_FILTER_FLAG_LOG', 'SECCOMP_FILTER_FLAG_TSYNC'],
    syscalls: [
      {
        names: ['personality'],
        action: 'SCMP_ACT_ALLOW',
        args: [0, 8].map((value) => ({ index: 0, value, op: 'SCMP_CMP_EQ' })),
      },
      { names: ['clone3'], action: 'SCMP_ACT_ERRNO', errno: 'ENOSYS' },
      { names: ['read'], action: 'SCMP_ACT_TRACE', errnoRet: 7 },
      { names: [], action: 'SCMP_ACT_ALLOW' },
    ],
  });
  expect(profile).toEqual({
    plainDecides: true,
    abis: ['x86_64', 'x86'],
    otherwise: 'errno 38',
    flags: ['log'],
    rules: [
      { verdict: 'allow', calls: ['personality'], when: [{ argument: 0, is: '==', value: '0x0' }] },
      { verdict: 'allow', calls: ['personality'], when: [{ argument: 0, is: '==', value: '0x8' }] },
      { verdict: 'errno 38', calls: ['clone3'] },
      { verdict: 'trace 7', calls: ['read'] },
    ],
  });
});

test('Docker: what a rule depends on', () => {
  const { profile } = oci({
    defaultAction: 'SCMP_ACT_ERRNO',
    archMap: [{ architecture: 'SCMP_ARCH_X86_64', subArchitectures: ['SCMP_ARCH_X86'] }],
    syscalls: [
      { names: ['mount'], action: 'SCMP_ACT_ALLOW', includes: { caps: ['CAP_SYS_ADMIN'] } },
      { names: ['clone3'], action: 'SCMP_ACT_ALLOW', excludes: { caps: ['CAP_SYS_ADMIN'] } },
      { names: ['arch_prctl'], action: 'SCMP_ACT_ALLOW', includes: { arches: ['amd64'] } },
      { names: ['breakpoint'], action: 'SCMP_ACT_ALLOW', includes: { arches: ['arm'] } },
      { names: ['ptrace'], action: 'SCMP_ACT_ALLOW', includes: { minKernel: '6.10' } },
      { names: ['s390_guarded_storage'], action: 'SCMP_ACT_ALLOW' },
    ],
  });
  const named = (it: Subject) =>
    profile && filterOf(profile, it).rules.flatMap(({ calls }) => calls);
  expect(named(subject())).toEqual(['clone3', 'arch_prctl', 'ptrace']);
  expect(named(subject(['sys_admin'], 9))).toEqual(['mount', 'arch_prctl']);
  expect(profile && filterOf(profile, subject()).abis).toEqual(['x86_64', 'x86']);
});

test('a machine of another kind has its own calls at least', () => {
  const { profile } = oci({ defaultAction: 'SCMP_ACT_ALLOW', architectures: ['SCMP_ARCH_X86_64'] });
  expect(profile && filterOf(profile, { ...subject(), arch: 'aarch64' }).abis).toEqual(['aarch64']);
});

test('what is restricted and not known is told', () => {
  const rules = [{ names: ['no_call', 'read'], action: 'SCMP_ACT_ERRNO' }];
  const told = (defaultAction: string) => {
    const { profile } = oci({ defaultAction, syscalls: rules });
    return profile && unknownRestricted(profile);
  };
  expect(told('SCMP_ACT_ALLOW')).toEqual(['no_call']);
  expect(told('SCMP_ACT_ERRNO')).toEqual([]);
});

test('engines: a rule without conditions decides alone', () => {
  const when = [{ index: 0, value: 1, op: 'SCMP_CMP_EQ' }];
  const { profile } = oci({
    defaultAction: 'SCMP_ACT_ERRNO',
    syscalls: [
      { names: ['ioctl', 'clone'], action: 'SCMP_ACT_TRAP', args: when },
      { names: ['ioctl'], action: 'SCMP_ACT_ALLOW' },
    ],
  });
  expect(profile && filterOf(profile, subject()).rules).toEqual([
    { verdict: 'trap', calls: ['clone'], when: [{ argument: 0, is: '==', value: '0x1' }] },
    { verdict: 'allow', calls: ['ioctl'] },
  ]);
});

test('whatever a profile says is a filter that a plan may have', () => {
  const name = fc.constantFrom('read', 'write', 'clone', 'socket', 'no_such_call', 'prlimit64');
  const action = fc.constantFrom(
    'SCMP_ACT_ALLOW',
    'SCMP_ACT_ERRNO',
    'SCMP_ACT_TRACE',
    'SCMP_ACT_LOG',
  );
  const number = fc.oneof(fc.nat(), fc.constantFrom(0, 2 ** 32, Number.MAX_SAFE_INTEGER));
  const args = fc.array(
    fc.record({
      index: fc.nat(5),
      value: number,
      valueTwo: number,
      op: fc.constantFrom('SCMP_CMP_EQ', 'SCMP_CMP_MASKED_EQ', 'SCMP_CMP_GT', 'SCMP_CMP_NE'),
    }),
    { maxLength: 6 },
  );
  const rule = fc.record({
    names: fc.array(name, { maxLength: 5 }),
    action,
    errnoRet: fc.nat(4095),
    args,
  });
  const profile = fc.record({ defaultAction: action, syscalls: fc.array(rule, { maxLength: 8 }) });
  fc.assert(
    fc.property(profile, (given) => {
      const read = oci(given);
      if (read.profile === undefined) throw new Error(read.fault);
      const filter = filterOf(read.profile, subject());
      const step = { op: 'syscalls.filter', ...filter } as unknown as StepOf<'syscalls.filter'>;
      expect(ops['syscalls.filter'].check?.(step, {} as never)).toEqual([]);
      expect(filter.rules.every(({ calls }) => calls.length > 0)).toBe(true);
    }),
  );
});

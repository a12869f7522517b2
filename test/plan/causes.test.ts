import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { errnoName } from '../../src/linux/errno.ts';
import { lower } from '../../src/lower/lower.ts';
import { causesOf } from '../../src/plan/causes.ts';
import type { Plan, PlanStep } from '../../src/plan/plan.ts';
import { stepSyscalls } from '../../src/program/print.ts';

const cases = join(import.meta.dirname, '../../golden/cases');
const plans = readdirSync(cases)
  .map((name) => join(cases, name, 'plan.json'))
  .filter(existsSync)
  .map((file) => JSON.parse(readFileSync(file, 'utf8')) as Plan);
const causes = plans.flatMap(({ steps }) =>
  steps.flatMap((step) => Object.entries(causesOf(step))),
);

test('a cause is a line that a program can say', () => {
  for (const [, text] of causes) {
    expect(text).toMatch(/^[<a-z][ -~]+[^.]$/);
    expect(text.length, text).toBeLessThanOrEqual(160);
  }
});

test('what is explained is an error of the kernel', () => {
  const known = Array.from({ length: 134 }, (_, errno) => errnoName(errno));
  for (const [errno] of causes) expect(known).toContain(errno);
});

/** What the reasons for EPERM and EACCES speak of. */
const subjects = {
  general: /^(?:a filter of system calls|its owner, its mode)/,
  admin: /CAP_SYS_ADMIN/,
  net: /CAP_NET_ADMIN/,
  ipv6: /IPv6 switched off/,
  mknod: /CAP_MKNOD/,
  ids: /CAP_SETUID/,
  pcap: /CAP_SETPCAP/,
  map: /^the caller may not give away these ids/,
  own: /^the caller does not have all of these capabilities/,
  groups: /^the control groups belong to somebody else/,
  state: /^the directory (?:belongs to somebody else|may not be changed)/,
  source: /way to the source/,
  idmap: /<idmap> does not map/,
  names: /^the directory above it takes no new names/,
  initdir: /<initdir>/,
  init: /^init /,
  limit: /CAP_SYS_RESOURCE/,
  filter: /CAP_SYS_ADMIN or no_new_privs/,
  setting: /not the container's to change/,
  loop: /open (?:the file or )?a loop device/,
} as const;

type Subject = keyof typeof subjects;

/** Of each operation: what EPERM means, and what EACCES. */
const refusals: Readonly<Record<PlanStep['op'], readonly [Subject, Subject]>> = {
  'process.harden': ['ids', 'general'],
  'signals.block': ['general', 'general'],
  'state.lock': ['state', 'state'],
  'state.journal': ['state', 'general'],
  'guard.create': ['general', 'general'],
  'audit.open': ['general', 'general'],
  'audit.start': ['general', 'general'],
  'audit.stop': ['general', 'general'],
  'loop.attach': ['loop', 'loop'],
  'loop.detach': ['general', 'general'],
  'cgroup.enable': ['groups', 'groups'],
  'cgroup.create': ['groups', 'groups'],
  'cgroup.delegate': ['groups', 'groups'],
  'cgroup.write': ['groups', 'groups'],
  'devices.policy': ['admin', 'groups'],
  'devices.attach': ['admin', 'groups'],
  'cgroup.open': ['groups', 'groups'],
  'capture.tree': ['admin', 'source'],
  'capture.tmpfs': ['admin', 'general'],
  'capture.filesystem': ['admin', 'general'],
  'dev.node': ['mknod', 'general'],
  'dev.loop': ['mknod', 'general'],
  'mask.open': ['admin', 'general'],
  'mask.attach': ['admin', 'general'],
  'privileges.lock': ['general', 'general'],
  'memory.policy': ['general', 'general'],
  'identity.user': ['ids', 'general'],
  'limits.raise': ['limit', 'general'],
  'limits.set': ['limit', 'general'],
  'syscalls.filter': ['general', 'filter'],
  'sysctl.write': ['setting', 'setting'],
  'idmap.hold': ['map', 'general'],
  'dev.link': ['general', 'general'],
  'dev.directory': ['general', 'general'],
  'devpts.create': ['admin', 'general'],
  'meminfo.open': ['general', 'general'],
  'meminfo.create': ['admin', 'general'],
  'console.create': ['general', 'general'],
  'namespace.join': ['admin', 'general'],
  'stage.enter': ['admin', 'general'],
  'stage.root': ['admin', 'general'],
  'stage.identity': ['general', 'general'],
  'stage.leave': ['admin', 'general'],
  'namespaces.create': ['admin', 'general'],
  'idmap.write': ['map', 'general'],
  'init.release': ['general', 'general'],
  'init.wait': ['general', 'general'],
  'identity.root': ['ids', 'general'],
  'cgroup.join': ['groups', 'groups'],
  'parent.watch': ['general', 'general'],
  'keyring.new': ['general', 'general'],
  'descriptors.drop': ['general', 'general'],
  'namespaces.unshare': ['admin', 'general'],
  'propagation.stop': ['admin', 'general'],
  'mount.create': ['admin', 'general'],
  'root.adopt': ['admin', 'general'],
  'root.attach': ['admin', 'general'],
  'root.pivot': ['admin', 'general'],
  'root.detach-old': ['admin', 'general'],
  'mount.detach': ['admin', 'general'],
  'mount.point': ['names', 'idmap'],
  'mount.attach': ['admin', 'idmap'],
  'mount.bind': ['admin', 'idmap'],
  'mount.readonly': ['admin', 'general'],
  'mount.clone': ['admin', 'general'],
  'hostname.set': ['admin', 'general'],
  'loopback.up': ['net', 'general'],
  'link.veth': ['net', 'general'],
  'link.isolate': ['net', 'general'],
  'link.move': ['net', 'general'],
  'link.macvlan': ['net', 'general'],
  'host.address': ['net', 'ipv6'],
  'host.route': ['net', 'general'],
  'link.mac': ['net', 'general'],
  'link.up': ['net', 'general'],
  'netlink.host': ['general', 'general'],
  'netlink.own': ['general', 'general'],
  'link.address': ['net', 'ipv6'],
  'link.route': ['net', 'general'],
  'session.start': ['general', 'general'],
  'signals.reset': ['general', 'general'],
  'umask.set': ['general', 'general'],
  'directory.change': ['general', 'initdir'],
  'capabilities.bound': ['pcap', 'general'],
  'capabilities.set': ['own', 'general'],
  'descriptors.close': ['general', 'general'],
  exec: ['init', 'init'],
  'capture.close': ['general', 'general'],
  'init.started': ['general', 'general'],
  'meminfo.serve': ['general', 'general'],
  'proc.open': ['general', 'general'],
  'proc.create': ['admin', 'general'],
  'proc.serve': ['general', 'general'],
  'log.life': ['general', 'general'],
  'log.console': ['general', 'general'],
  'console.relay': ['general', 'general'],
  'init.reap': ['general', 'general'],
  'cgroup.remove': ['groups', 'groups'],
  'guard.end': ['general', 'general'],
  'state.remove': ['state', 'state'],
};

test.each(Object.entries(refusals))('%s: a refusal is told by its cause', (op, [eperm, eacces]) => {
  const { EPERM = '', EACCES = '' } = causesOf({ op } as PlanStep);
  expect(EPERM).toMatch(subjects[eperm]);
  expect(EACCES).toMatch(subjects[eacces]);
});

/** The calls that capabilities(7) names under CAP_SYS_ADMIN, CAP_NET_ADMIN … */
const privileged: readonly (readonly [Subject, RegExp])[] = [
  [
    'admin',
    /^(?:mount|umount2|move_mount|open_tree|mount_setattr|fsopen|fsmount|pivot_root|unshare|setns|sethostname|bpf)\(|^clone3\(.*CLONE_NEW(?!USER,)/,
  ],
  ['net', /^ioctl\(.*SIOCSIFFLAGS|^sendto\(.*RTM_/],
  ['mknod', /^mknodat\(/],
  ['pcap', /^prctl\(PR_CAPBSET_DROP/],
  ['ids', /^setresuid\(/],
];

test('a capability is the cause where a call needs it, and nowhere else', () => {
  const wrong = new Set<string>();
  for (const plan of plans) {
    const program = lower(plan, 'x86_64', { kind: 'foreground', client: false });
    for (const step of plan.steps) {
      // They join in the release of others, or need root as a whole.
      if (['init.reap', 'process.harden', 'devices.policy'].includes(step.op)) continue;
      const calls = stepSyscalls(program, step.id);
      for (const [subject, call] of privileged) {
        const needed = calls.some((each) => call.test(each));
        const named = refusals[step.op][0] === subject;
        if (needed !== named) wrong.add(`${step.op}: ${subject} ${needed ? 'needed' : 'named'}`);
      }
    }
  }
  expect([...wrong]).toEqual([]);
});

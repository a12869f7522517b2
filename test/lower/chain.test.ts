import { expect, test } from 'vitest';
import { generate } from '../../src/codegen/generate.ts';
import { readNotes } from '../../src/codegen/read-elf.ts';
import { located, madeBy } from '../../src/diagnostics/origin.ts';
import type { HostFacts } from '../../src/facts/facts.ts';
import type { Domain } from '../../src/ir/domain.ts';
import { lower } from '../../src/lower/lower.ts';
import { phases } from '../../src/plan/plan.ts';
import { plan } from '../../src/planner/planner.ts';

const origin = madeBy('test');

const facts: HostFacts = {
  version: 1,
  arch: 'x86_64',
  kernel: { release: '6.18.0', major: 6, minor: 18 },
  euid: 0,
  lastCapability: 40,
  ipv6: true,
  memoryTotalKiB: 1 << 20,
  cgroups: {
    v1: [
      { mountPoint: '/sys/fs/cgroup/memory', controllers: ['memory'] },
      { mountPoint: '/sys/fs/cgroup/devices', controllers: ['devices'] },
    ],
  },
  mounts: [
    { point: '/', type: 'ext4' },
    { point: '/dev', type: 'devtmpfs' },
    { point: '/proc', type: 'proc' },
    { point: '/sys', type: 'sysfs' },
  ],
  runtimeDirectory: '/run/lxplain',
  libvirt: {
    emulator: '/usr/lib/libvirt/libvirt_lxc',
    guestArchs: ['x86_64'],
    securityModel: 'none',
  },
  paths: {},
  rootPaths: {},
};

const domain: Domain = {
  origin,
  name: located('vm1', origin),
  uuid: located('00000000-0000-4000-8000-000000000001', origin),
  memoryKiB: located(65536, origin),
  os: {
    origin,
    init: located('/bin/sh', origin),
    initArgs: [located('-c', origin), located('echo hello; exit 3', origin)],
    initEnv: [],
  },
  features: { privnet: located(true, origin) },
  filesystems: [
    {
      kind: 'mount',
      source: located('/', origin),
      target: located('/', origin),
      readOnly: false,
      origin,
    },
  ],
  consoles: [{ type: 'pty', origin }],
  interfaces: [],
  disks: [],
  hostdevs: [],
  seclabels: [],
};

const mapped: Domain = {
  ...domain,
  idmap: {
    origin,
    uid: [{ start: 0, target: 100000, count: 65536, origin }],
    gid: [{ start: 0, target: 100000, count: 65536, origin }],
  },
};

test.each([
  ['plain', domain],
  ['idmap', mapped],
] as const)('%s: the phases of a plan come in their order', (_, given) => {
  const made = plan(given, facts, new Map());
  const order = made.steps
    .filter(({ actor }) => actor === 'supervisor')
    .map(({ phase }) => phases.indexOf(phase));
  expect(order).toEqual(order.toSorted((a, b) => a - b));
  expect(made.steps.map(({ id }) => id)).toEqual(made.steps.map((_, index) => index + 1));
});

test.each([
  ['plain', domain],
  ['idmap', mapped],
] as const)('%s: every lasting effect of prepare has its undo in release', (_, given) => {
  const { steps } = plan(given, facts, new Map());
  for (const step of steps.filter(({ op }) => op === 'cgroup.create' || op === 'state.lock')) {
    expect(steps[(step.undo ?? 0) - 1]?.phase).toBe('release');
  }
});

test.each([
  ['plain', 'x86_64', domain],
  ['plain', 'aarch64', domain],
  ['idmap', 'x86_64', mapped],
  ['idmap', 'aarch64', mapped],
] as const)(
  '%s for %s: the same plan gives the same bytes, with the plan in a note',
  (_, arch, given) => {
    const make = () => {
      const made = plan(given, facts, new Map());
      const desc = Buffer.from(JSON.stringify(made));
      const program = lower(made, arch, { kind: 'foreground', client: false });
      return generate(program, arch, [{ name: 'lxplain', type: 1, desc }]);
    };
    const elf = make();
    expect(Buffer.compare(elf, make())).toBe(0);
    expect(elf.length).toBeLessThanOrEqual(64 * 1024);
    const note = readNotes(elf).find(({ type }) => type === 1);
    expect(JSON.parse(Buffer.from(note?.desc ?? []).toString()).name).toBe('vm1');
  },
);

import { located, madeBy } from '../src/diagnostics/origin.ts';
import type { HostFacts } from '../src/facts/facts.ts';
import type { Domain } from '../src/ir/domain.ts';

const origin = madeBy('test');

/** A host with cgroup v1, of which only what a plan asks for is told. */
export const host: HostFacts = {
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
      { mountPoint: '/sys/fs/cgroup/cpuacct', controllers: ['cpuacct'] },
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

/** A complete domain on the root of the host, with a network of its own, whose init is a shell with this script. */
export const onHostRoot = (name: string, script: string): Domain => ({
  origin,
  name: located(name, origin),
  uuid: located('00000000-0000-4000-8000-000000000001', origin),
  memoryKiB: located(65536, origin),
  os: {
    origin,
    init: located('/bin/sh', origin),
    initArgs: [located('-c', origin), located(script, origin)],
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
});

export const withIdmap = (domain: Domain): Domain => ({
  ...domain,
  idmap: {
    origin,
    uid: [{ start: 0, target: 100000, count: 65536, origin }],
    gid: [{ start: 0, target: 100000, count: 65536, origin }],
  },
});

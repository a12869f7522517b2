import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compilePlan } from '../../src/assemble.ts';
import { makePlan, readDomain } from '../../src/compile.ts';
import type { HostFacts } from '../../src/facts/facts.ts';
import type { Plan } from '../../src/plan/plan.ts';
import type { Container } from './containers.ts';
import type { Entry } from './cpio.ts';
import { busybox, type Machine } from './machine.ts';

export const mode = { kind: 'foreground', client: false } as const;

/** What the machines are taken for. That they are so is a test of its own. */
export function factsOf({ arch, release }: Machine): HostFacts {
  const file = join(import.meta.dirname, '../../golden/facts/v2.json');
  const [major = 0, minor = 0] = release.split('.').map((part) => Number.parseInt(part, 10));
  return {
    ...(JSON.parse(readFileSync(file, 'utf8')) as HostFacts),
    arch,
    kernel: { release, major, minor },
    cgroups: {
      v1: [],
      v2: {
        mountPoint: '/sys/fs/cgroup',
        controllers: ['cpuset', 'cpu', 'io', 'memory', 'hugetlb', 'pids', 'rdma', 'misc'],
        enabled: [],
      },
    },
    mounts: [
      { point: '/', type: 'tmpfs' },
      { point: '/proc', type: 'proc' },
      { point: '/sys', type: 'sysfs' },
      { point: '/sys/kernel/security', type: 'securityfs' },
      { point: '/sys/fs/cgroup', type: 'cgroup2' },
      { point: '/dev', type: 'devtmpfs' },
      { point: '/dev/pts', type: 'devpts' },
      { point: '/run', type: 'tmpfs' },
    ],
    paths: { '/srv/root': { kind: 'directory' }, '/srv/data': { kind: 'directory' } },
    rootPaths: {},
  };
}

/** @throws Error with the diagnostics of a domain that has no plan */
export async function planFor(machine: Machine, { xml }: Container): Promise<Plan> {
  const read = await readDomain('domain.xml', xml);
  if (read.domain === undefined) throw new Error(JSON.stringify(read.diagnostics));
  const { plan, diagnostics } = makePlan(read.domain, factsOf(machine), read.sources);
  if (plan === undefined) throw new Error(JSON.stringify(diagnostics));
  return plan;
}

/** What the containers share, `/srv/root` and `/srv/data`, and below /programs a compiled program for each. */
export async function filesFor(
  machine: Machine,
  containers: Readonly<Record<string, Container>>,
): Promise<[string, Entry][]> {
  const files: [string, Entry][] = [
    ...busybox(machine, '/srv/root'),
    ...['proc', 'sys', 'dev', 'data', 'ram', 'mnt/etc'].map((name) =>
      directory(`/srv/root/${name}`, 0o755),
    ),
    directory('/srv/root/tmp', 0o1777),
    text('/srv/root/etc/name', 'the root\n'),
    directory('/srv/data', 0o1777),
    text('/srv/data/file', 'some data\n'),
  ];
  for (const [name, container] of Object.entries(containers)) {
    const folder = `/programs/${name}`;
    const plan = await planFor(machine, container);
    const options = { arch: machine.arch, mode, domainXml: container.xml };
    const content = compilePlan(plan, options);
    files.push([`${folder}/program`, { kind: 'file', mode: 0o755, content }]);
    const { before, beside, input, strace } = container;
    if (before !== undefined) files.push(text(`${folder}/before`, before));
    if (beside !== undefined) files.push(text(`${folder}/beside`, beside));
    if (input === 'terminal') files.push(text(`${folder}/terminal`, ''));
    else if (input !== undefined) files.push(text(`${folder}/input`, input));
    if (strace !== undefined) files.push(text(`${folder}/strace`, `${strace}\n`));
  }
  return files;
}

const directory = (path: string, mode: number): [string, Entry] => [
  path,
  { kind: 'directory', mode },
];

const text = (path: string, content: string): [string, Entry] => [
  path,
  { kind: 'file', mode: 0o644, content },
];

import {
  chmodSync,
  chownSync,
  copyFileSync,
  lchownSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makePlan } from '../src/compile.ts';
import type { HostFacts } from '../src/facts/facts.ts';
import { probeFacts } from '../src/facts/probe.ts';
import { readXml } from '../src/frontend/xml/read.ts';
import type { Domain } from '../src/ir/domain.ts';
import { wantedFacts } from '../src/passes/wanted.ts';
import type { Plan } from '../src/plan/plan.ts';
import { busybox } from '../test/tools.ts';

/**
 * The standard work: a container on a busybox root with namespaces of its own (mount, pid, uts, ipc, net with lo),
 * /dev, devpts, /proc, /sys, 64 MiB of memory, without CAP_MKNOD, whose init ends at once; from the start of the
 * command until everything is removed. `mapped` adds a user namespace, 0 → 100000 + 65536.
 */
export interface Work {
  readonly folder: string;
  readonly mapped: boolean;
  readonly root: string;
  /** Absolute path of the program in the root, and its arguments. */
  readonly init: readonly [string, ...string[]];
}

export const MEMORY_BYTES = 64 * 1024 * 1024;
export const MAPPED_ID = 100_000;
export const MAPPED_COUNT = 65_536;

/** The folder of a run. Its path is open to all: the mapped container has to come through. */
export function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'lxplain-bench-'));
  chmodSync(folder, 0o755);
  for (const mapped of [false, true]) makeRoot(rootOf(folder, mapped), mapped);
  return folder;
}

export const removeFolder = (folder: string): void => rmSync(folder, { recursive: true });

export const work = (folder: string, mapped: boolean, ...init: [string, ...string[]]): Work => ({
  folder,
  mapped,
  root: rootOf(folder, mapped),
  init,
});

const rootOf = (folder: string, mapped: boolean): string =>
  join(folder, mapped ? 'mapped-root' : 'root');

function makeRoot(root: string, mapped: boolean): void {
  if (busybox === undefined) throw new Error('no busybox: install busybox-static');
  const id = mapped ? MAPPED_ID : 0;
  for (const name of ['', 'bin', 'dev', 'proc', 'sys', 'tmp', 'run', 'etc']) {
    mkdirSync(join(root, name));
    chownSync(join(root, name), id, id);
  }
  copyFileSync(busybox, join(root, 'bin/busybox'));
  chownSync(join(root, 'bin/busybox'), id, id);
  for (const name of ['true', 'sleep', 'sh']) {
    symlinkSync('busybox', join(root, 'bin', name));
    lchownSync(join(root, 'bin', name), id, id);
  }
}

/** The work as domain XML. libvirt reads the same. */
export function domainXml(name: string, { root, init, mapped }: Work): string {
  const map = (kind: string) =>
    `    <${kind} start='0' target='${MAPPED_ID}' count='${MAPPED_COUNT}'/>\n`;
  const [path, ...args] = init;
  return `<domain type='lxc'>
  <name>${name}</name>
  <memory unit='b'>${MEMORY_BYTES}</memory>
  <os>
    <type>exe</type>
    <init>${path}</init>
${args.map((arg) => `    <initarg>${arg}</initarg>\n`).join('')}  </os>
${mapped ? `  <idmap>\n${map('uid')}${map('gid')}  </idmap>\n` : ''}  <features><privnet/></features>
  <devices>
    <filesystem type='mount'><source dir='${root}'/><target dir='/'/></filesystem>
    <console type='pty'/>
  </devices>
</domain>
`;
}

export function writeDomain(name: string, of: Work): string {
  const file = join(of.folder, `${name}.xml`);
  writeFileSync(file, domainXml(name, of));
  return file;
}

/** The plan for this machine. */
export function planOf(name: string, of: Work): { plan: Plan; domain: Domain; facts: HostFacts } {
  const text = domainXml(name, of);
  const read = readXml('domain.xml', text);
  if (read.domain === undefined) throw new Error('the domain of the work is not read');
  const { domain: given } = read;
  const facts = probeFacts((machine) => wantedFacts(given, machine));
  const { plan, domain, diagnostics } = makePlan(
    read.domain,
    facts,
    new Map([['domain.xml', text]]),
  );
  if (plan === undefined) throw new Error(diagnostics.map(({ message }) => message).join('; '));
  return { plan, domain, facts };
}

/** Where the C programs and `cgrun` make their memory group: in v1's memory hierarchy, or in v2. */
export function memoryGroup(facts: HostFacts, name: string): { path: string; unified: boolean } {
  const v1 = facts.cgroups.v1.find(({ controllers }) => controllers.includes('memory'));
  const mountPoint = v1?.mountPoint ?? facts.cgroups.v2?.mountPoint;
  if (mountPoint === undefined) throw new Error('no memory controller');
  return { path: join(mountPoint, name), unified: v1 === undefined };
}

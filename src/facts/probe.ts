import { existsSync, lstatSync, readFileSync, readlinkSync, type Stats, statSync } from 'node:fs';
import { release } from 'node:os';
import { join } from 'node:path';
import type { CgroupFacts, HostFacts, MountFact, PathFact, Wanted } from './facts.ts';

/**
 * Reads this machine's facts.
 * @see proc(5), cgroups(7)
 */
export function probeFacts(wanted: Wanted): HostFacts {
  const mounts = readMounts();
  const [major = 0, minor = 0] = release()
    .split('.')
    .map((part) => Number.parseInt(part, 10));
  const machineId = text('/etc/machine-id')?.trim();
  const permitted = /^CapPrm:\s*([0-9a-f]+)/m.exec(text('/proc/self/status') ?? '')?.[1];
  const arch = process.arch === 'arm64' ? 'aarch64' : 'x86_64';
  const rootPaths: Record<string, Record<string, PathFact>> = {};
  for (const { root, path } of wanted.inRoot) {
    const paths = rootPaths[root] ?? {};
    paths[path] = insideRoot(root, path);
    rootPaths[root] = paths;
  }
  return {
    version: 1,
    arch,
    kernel: { release: release(), major, minor },
    euid: process.geteuid?.() ?? -1,
    ...(machineId !== undefined && /^[0-9a-f]{32}$/.test(machineId) ? { machineId } : {}),
    lastCapability: Number(text('/proc/sys/kernel/cap_last_cap') ?? '40'),
    ...(permitted === undefined ? {} : { permittedCapabilities: `0x${permitted}` }),
    ipv6: existsSync('/proc/sys/net/ipv6'),
    memoryTotalKiB: Number(/^MemTotal:\s*(\d+)/m.exec(text('/proc/meminfo') ?? '')?.[1] ?? 0),
    cgroups: cgroupFacts(mounts),
    mounts: mounts.map(({ point, type }) => ({ point, type })),
    runtimeDirectory: runtimeDirectory(),
    libvirt: {
      emulator: '/usr/lib/libvirt/libvirt_lxc',
      guestArchs: arch === 'x86_64' ? ['x86_64', 'i686'] : ['aarch64', 'armv7l'],
      securityModel: 'none',
    },
    paths: Object.fromEntries(wanted.paths.map((path) => [path, onHost(path)])),
    rootPaths,
  };
}

/** Where running containers have their state; `LXPLAIN_ROOT` moves it. */
export const runtimeDirectory = (): string => join(process.env.LXPLAIN_ROOT ?? '/', 'run/lxplain');

function text(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

interface Mount extends MountFact {
  readonly options: readonly string[];
}

/** Octal escapes stand for blanks and the like. */
const unescaped = (field: string): string =>
  field.replaceAll(/\\([0-7]{3})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  );

function readMounts(): Mount[] {
  const lines = (text('/proc/self/mountinfo') ?? '').trimEnd().split('\n');
  return lines.map((line) => {
    const [before = '', after = ''] = line.split(' - ');
    const [type = '', , options = ''] = after.split(' ');
    return { point: unescaped(before.split(' ')[4] ?? ''), type, options: options.split(',') };
  });
}

/** Options of a v1 mount that are no controllers. */
const plainOptions = ['rw', 'ro', 'xattr', 'noprefix', 'clone_children', 'seclabel'];

function cgroupFacts(mounts: readonly Mount[]): CgroupFacts {
  const v1 = mounts
    .filter(({ type }) => type === 'cgroup')
    .map(({ point, options }) => ({
      mountPoint: point,
      controllers: options.filter(
        (option) => !plainOptions.includes(option) && !option.startsWith('release_agent'),
      ),
    }));
  const unified = mounts.find(({ type }) => type === 'cgroup2');
  if (unified === undefined) return { v1 };
  const words = (name: string): string[] =>
    (text(`${unified.point}/${name}`) ?? '').split(/\s+/).filter((word) => word !== '');
  return {
    v1,
    v2: {
      mountPoint: unified.point,
      controllers: words('cgroup.controllers'),
      enabled: words('cgroup.subtree_control'),
    },
  };
}

/** What is at a path of the host, symlinks followed. */
export function onHost(path: string): PathFact {
  try {
    return factOf(statSync(path));
  } catch {
    return { kind: 'missing' };
  }
}

/** The encoding of device numbers in stat(2). @see makedev(3) */
function factOf(stats: Stats): PathFact {
  if (stats.isDirectory()) return { kind: 'directory' };
  if (stats.isSocket()) return { kind: 'socket' };
  if (stats.isFIFO()) return { kind: 'fifo' };
  if (!stats.isBlockDevice() && !stats.isCharacterDevice()) return { kind: 'file' };
  const device = BigInt(stats.rdev);
  return {
    kind: stats.isBlockDevice() ? 'block' : 'char',
    major: Number(((device >> 8n) & 0xfffn) | ((device >> 32n) & 0xfffff000n)),
    minor: Number((device & 0xffn) | ((device >> 12n) & 0xffffff00n)),
  };
}

const MAX_LINKS = 40;

/** Resolves a path within a root: symbolic links, absolute or not, never lead out of it. */
function insideRoot(root: string, path: string): PathFact {
  let rest = path.split('/');
  let links = 0;
  const done: string[] = [];
  while (rest.length > 0) {
    const [part = '', ...after] = rest;
    rest = after;
    if (part === '' || part === '.') continue;
    if (part === '..') {
      done.pop();
      continue;
    }
    const at = join(root, ...done, part);
    if (!existsWithoutFollowing(at)) return { kind: 'missing' };
    if (lstatSync(at).isSymbolicLink()) {
      if (++links > MAX_LINKS) return { kind: 'missing' };
      const target = readlinkSync(at);
      if (target.startsWith('/')) done.length = 0;
      rest = [...target.split('/'), ...rest];
    } else done.push(part);
  }
  const at = join(root, ...done);
  return existsSync(at) ? factOf(lstatSync(at)) : { kind: 'missing' };
}

function existsWithoutFollowing(path: string): boolean {
  try {
    lstatSync(path);
    return true;
  } catch {
    return false;
  }
}

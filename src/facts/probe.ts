import { existsSync, readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { NETLINK_AUDIT } from '../linux/audit.ts';
import { exposedPaths } from '../linux/exposed-paths.ts';
import { mountsIn } from '../linux/mountinfo.ts';
import type {
  CgroupFacts,
  HierarchyFact,
  HostFacts,
  LookedUp,
  MachineFacts,
  MountFact,
  PathFact,
  Wanted,
} from './facts.ts';
import { blockWeights } from './probe/block-weights.ts';
import { filesystemsIn } from './probe/image.ts';
import { lookInside } from './probe/inside.ts';
import { isLinkPath, linkOnHost } from './probe/link.ts';
import { networkOnHost } from './probe/network.ts';
import { onHost } from './probe/path.ts';
import { shortText, text } from './probe/text.ts';
import { usbOnHost } from './probe/usb.ts';
import { archOfMachine } from './program.ts';

/** Reads this machine's facts, and those of it that a domain needs, whose wants follow from the former. */
export function probeFacts(wanted: (machine: MachineFacts) => Wanted): HostFacts {
  const machine = probeMachine();
  return { ...machine, ...lookUp(wanted(machine), machine) };
}

/** @see proc(5), cgroups(7) */
export function probeMachine(): MachineFacts {
  const mounts = readMounts();
  // Not os.release(): loading node:os takes as long as all that is read here.
  const release = text('/proc/sys/kernel/osrelease')?.trim() ?? '';
  const [major = 0, minor = 0] = release.split('.').map((part) => Number.parseInt(part, 10));
  const machineId = text('/etc/machine-id')?.trim();
  const permitted = /^CapPrm:\s*([0-9a-f]+)/m.exec(text('/proc/self/status') ?? '')?.[1];
  const limits = text('/proc/self/limits');
  const descriptors = /^Max open files +\d+ +(\d+)/m.exec(limits ?? '')?.[1];
  const arch = process.arch === 'arm64' ? 'aarch64' : 'x86_64';
  const emulated = emulatedArchs();
  return {
    version: 1,
    arch,
    kernel: { release, major, minor },
    euid: process.geteuid?.() ?? -1,
    ...(machineId !== undefined && /^[0-9a-f]{32}$/.test(machineId) ? { machineId } : {}),
    lastCapability: Number(text('/proc/sys/kernel/cap_last_cap') ?? '40'),
    ...(permitted === undefined ? {} : { permittedCapabilities: `0x${permitted}` }),
    ipv6: existsSync('/proc/sys/net/ipv6'),
    fuse: existsSync('/dev/fuse'),
    audit: hasAudit(),
    exposed: Object.values(exposedPaths)
      .flat()
      .filter((path) => existsSync(path)),
    memoryTotalKiB: Number(/^MemTotal:\s*(\d+)/m.exec(text('/proc/meminfo') ?? '')?.[1] ?? 0),
    ...(descriptors === undefined ? {} : { descriptors: Number(descriptors) }),
    cgroups: cgroupFacts(mounts),
    mounts: mounts.map(({ point, type, noexec }) => ({
      point,
      type,
      ...(noexec ? { noexec } : {}),
    })),
    runtimeDirectory: runtimeDirectory(),
    logDirectory: logDirectory(),
    libvirt: {
      emulator: '/usr/lib/libvirt/libvirt_lxc',
      guestArchs: arch === 'x86_64' ? ['x86_64', 'i686'] : ['aarch64', 'armv7l'],
      securityModel: 'none',
    },
    ...(emulated.length === 0 ? {} : { emulated }),
  };
}

function lookUp(
  { paths, images = [], inside, networks, profiles, usb, blockWeights: weighs }: Wanted,
  { cgroups }: MachineFacts,
): LookedUp {
  const found: Record<string, PathFact> = {};
  for (const path of paths) {
    const fact = isLinkPath(path) ? linkOnHost(path) : onHost(path);
    if (fact !== undefined) found[path] = fact;
  }
  for (const path of images) {
    const fact = found[path];
    if (fact?.kind !== 'file' && fact?.kind !== 'block') continue;
    const filesystems = filesystemsIn(path);
    if (filesystems !== undefined) found[path] = { ...fact, filesystems };
  }
  return {
    paths: found,
    rootPaths: inside === undefined ? {} : { [inside.root]: lookInside(inside) },
    ...(networks === undefined
      ? {}
      : { networks: Object.fromEntries(networks.map((each) => [each, networkOnHost(each)])) }),
    ...(profiles === undefined ? {} : { profiles: textsOf(profiles) }),
    ...(usb ? { usb: usbOnHost() } : {}),
    ...(weighs ? { blockWeights: blockWeights(cgroups) } : {}),
  };
}

/** Far longer than any profile. */
const LONGEST_PROFILE = 1 << 20;

/** Those that can be read and are not too long. */
const textsOf = (paths: readonly string[]): Readonly<Record<string, string>> =>
  Object.fromEntries(
    paths.flatMap((path) => {
      const content = shortText(path, LONGEST_PROFILE);
      return content === undefined ? [] : [[path, content]];
    }),
  );

/** The kernel's own socket of the protocol is there as long as its audit system is. @see netlink(7), NETLINK_AUDIT */
const hasAudit = (): boolean =>
  (text('/proc/net/netlink') ?? '')
    .split('\n')
    .some((line) => line.split(/\s+/)[1] === String(NETLINK_AUDIT));

/** Where running containers have their state; `LXPLAIN_ROOT` moves it. */
export const runtimeDirectory = (): string =>
  resolve(process.env.LXPLAIN_ROOT ?? '/', 'run/lxplain');

/** Where logs are kept; `LXPLAIN_ROOT` moves it. */
export const logDirectory = (): string =>
  resolve(process.env.LXPLAIN_ROOT ?? '/', 'var/log/lxplain');

interface Mount extends MountFact {
  readonly options: readonly string[];
}

const readMounts = (): Mount[] =>
  mountsIn(text('/proc/self/mountinfo') ?? '').map(({ target, flags, type, options }) => ({
    point: target,
    type,
    options,
    ...(flags.includes('noexec') ? { noexec: true } : {}),
  }));

/** Options of a v1 mount that are no controllers. */
const plainOptions = ['rw', 'ro', 'xattr', 'noprefix', 'clone_children', 'seclabel'];

function cgroupFacts(mounts: readonly Mount[]): CgroupFacts {
  const v1 = mounts
    .filter(({ type }) => type === 'cgroup')
    .map(({ point, options }) => {
      const controllers = options.filter(
        (option) => !plainOptions.includes(option) && !option.startsWith('release_agent'),
      );
      return { mountPoint: point, controllers, ...cpusetFact(point, controllers) };
    });
  const memory = v1.find(({ controllers }) => controllers.includes('memory'))?.mountPoint;
  const unified = mounts.find(({ type }) => type === 'cgroup2');
  const counts =
    memory === undefined ? undefined : existsSync(`${memory}/memory.memsw.limit_in_bytes`);
  const swap = counts === undefined ? {} : { swap: counts };
  if (unified === undefined) return { v1, ...swap };
  const words = (name: string): string[] =>
    (text(`${unified.point}/${name}`) ?? '').split(/\s+/).filter((word) => word !== '');
  return {
    v1,
    v2: {
      mountPoint: unified.point,
      controllers: words('cgroup.controllers'),
      enabled: words('cgroup.subtree_control'),
    },
    ...swap,
  };
}

function cpusetFact(point: string, controllers: readonly string[]): Pick<HierarchyFact, 'cpuset'> {
  if (!controllers.includes('cpuset')) return {};
  const read = (name: string) => text(`${point}/${name}`)?.trim() ?? '';
  const [cpus, mems] = [read('cpuset.cpus'), read('cpuset.mems')];
  return cpus === '' || mems === '' ? {} : { cpuset: { cpus, mems } };
}

const BINFMT = '/proc/sys/fs/binfmt_misc';

/**
 * Whose programs the kernel passes to an emulator that it holds open.
 * @see Documentation/admin-guide/binfmt-misc.rst
 */
function emulatedArchs(): string[] {
  const names = existsSync(BINFMT) ? readdirSync(BINFMT) : [];
  const archs = names.flatMap((name) => {
    if (name === 'register' || name === 'status') return [];
    const entry = text(`${BINFMT}/${name}`) ?? '';
    const [, flags] = /^flags: (.*)$/m.exec(entry) ?? [];
    const [, magic] = /^magic ([0-9a-f]+)$/m.exec(entry) ?? [];
    const bytes = Buffer.from(magic ?? '', 'hex');
    const counts = entry.startsWith('enabled') && flags?.includes('F') && /^offset 0$/m.test(entry);
    if (!counts || bytes.length < 20 || bytes.readUInt32BE() !== 0x7f454c46) return [];
    const isLittle = bytes[5] === 1;
    return archOfMachine(isLittle ? bytes.readUInt16LE(18) : bytes.readUInt16BE(18), isLittle);
  });
  return [...new Set(archs)].sort();
}

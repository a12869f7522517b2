import { invariant } from '../diagnostics/invariant.ts';
import { madeBy } from '../diagnostics/origin.ts';
import type { HostFacts } from '../facts/facts.ts';
import { filesystemsOf } from '../facts/image.ts';
import type { Domain } from '../ir/domain.ts';
import type { Filesystem } from '../ir/filesystem.ts';
import { isIdmapped } from '../ir/idmapped.ts';
import { type ImageFilesystem, isImage } from '../ir/image.ts';
import { hasOwnNetwork } from '../ir/own-network.ts';
import { isRoot } from '../ir/root.ts';
import { type Hierarchy, hierarchyOfDevices } from '../libvirt/group-files.ts';
import type { Groups, Image, Mount, MountFlag, Root } from './container.ts';
import { mappedRoot } from './idmap.ts';

const kernel: readonly MountFlag[] = ['nosuid', 'nodev', 'noexec'];

/** The file systems of the kernel, as every container has them. */
export const kernelMounts = (
  domain: Domain,
  facts: HostFacts,
  groups: Groups,
): readonly Mount[] => [
  ...proc(domain, facts),
  ...sys(domain, facts),
  ...groupViews(domain, facts, groups),
];

/** What the domain asks for, in its order. */
export const domainMounts = (domain: Domain, facts: HostFacts): readonly Mount[] =>
  domain.filesystems
    .filter((filesystem) => !isRoot(filesystem))
    .map((filesystem) => mountOf(filesystem, domain, facts));

/**
 * The kernel's settings can be read, and those of an own network be written.
 * @see libvirt 9.0, src/lxc/lxc_container.c, lxcBasicMounts
 */
function proc(domain: Domain, { ipv6 }: HostFacts): readonly Mount[] {
  const origin = madeBy('proc');
  const inside = (source: string, readOnly: boolean): Mount => ({
    kind: 'inside',
    source,
    target: source,
    readOnly,
    origin,
  });
  const families = !hasOwnNetwork(domain) ? [] : ipv6 ? ['ipv4', 'ipv6'] : ['ipv4'];
  return [
    {
      kind: 'filesystem',
      type: 'proc',
      source: 'proc',
      target: '/proc',
      options: {},
      flags: kernel,
      origin,
    },
    inside('/proc/sys', true),
    ...families.map((family) => inside(`/proc/sys/net/${family}`, false)),
  ];
}

/** A user namespace may mount sysfs for a network of its own only; else it gets that of the host. */
function sys(domain: Domain, facts: HostFacts): readonly Mount[] {
  const origin = madeBy('sysfs');
  const target = '/sys';
  const { idmap } = domain;
  if (idmap !== undefined && !hasOwnNetwork(domain))
    return [{ kind: 'tree', source: '/sys', target, readOnly: true, type: 'directory', origin }];
  const flags: readonly MountFlag[] = ['ro', ...kernel];
  const shown = idmap === undefined ? security : [];
  return [
    { kind: 'filesystem', type: 'sysfs', source: 'sysfs', target, options: {}, flags, origin },
    ...shown
      .filter((mount) => facts.mounts.some(({ point }) => point === mount.target))
      .map((mount): Mount => ({ kind: 'filesystem', ...mount, options: {}, flags, origin })),
  ];
}

/**
 * Shown read-only where the host has them mounted; a user namespace may not mount them.
 * @see libvirt 9.0, src/lxc/lxc_container.c, lxcBasicMounts
 */
const security = [
  { type: 'securityfs', source: 'securityfs', target: '/sys/kernel/security' },
  { type: 'selinuxfs', source: '/sys/fs/selinux', target: '/sys/fs/selinux' },
] as const;

const GROUPS = '/sys/fs/cgroup';

/** The container's own groups, and nothing above them: with v2 the group itself, with v1 a directory for each hierarchy. */
function groupViews(
  { idmap }: Domain,
  facts: HostFacts,
  { files, delegated }: Groups,
): readonly Mount[] {
  const origin = madeBy('cgroup-view');
  const view = (hierarchy: Hierarchy, target: string, readOnly: boolean): Mount => ({
    kind: 'group',
    hierarchy,
    target,
    readOnly,
    origin,
  });
  if (delegated !== undefined) return [view(delegated.hierarchy, GROUPS, false)];
  const devices = hierarchyOfDevices(facts.cgroups);
  const all = [
    ...files.map(({ hierarchy }) => hierarchy),
    ...(devices === undefined ? [] : [devices]),
  ];
  const hierarchies = new Map(all.map((hierarchy) => [hierarchy.mountPoint, hierarchy]));
  const unified = all.find(({ version }) => version === 2);
  if (unified !== undefined) return [view(unified, GROUPS, true)];
  if (hierarchies.size === 0) return [];
  // In a user namespace init has no identity yet that the tmpfs could belong to.
  const owner = idmap === undefined ? {} : { uid: '0', gid: '0' };
  return [
    {
      kind: 'filesystem',
      type: 'tmpfs',
      source: 'tmpfs',
      target: GROUPS,
      options: { mode: '755', size: '65536', ...owner },
      flags: kernel,
      origin,
    },
    ...[...hierarchies].map(([point, hierarchy]): Mount => {
      const name = point.slice(point.lastIndexOf('/') + 1);
      return view(hierarchy, `${GROUPS}/${name}`, true);
    }),
  ];
}

/** A directory, or what a device or a file holds. */
export function rootMount(filesystem: Filesystem, domain: Domain, facts: HostFacts): Root {
  const { readOnly, origin } = filesystem;
  if (isImage(filesystem))
    return { kind: 'image', image: imageOf(filesystem, domain, facts), origin };
  invariant(filesystem.kind === 'mount', 'check-filesystems lets no other root pass');
  const source = filesystem.source.value;
  return { kind: 'tree', source, readOnly, ...idmapped(filesystem, domain), origin };
}

const idmapped = (filesystem: Filesystem, domain: Domain): { readonly idmapped?: true } =>
  isIdmapped(filesystem, domain) ? { idmapped: true } : {};

/** What never can be written to asks for no device that could. */
function imageOf(filesystem: ImageFilesystem, domain: Domain, facts: HostFacts): Image {
  const { kind, source } = filesystem;
  const type = filesystemsOf(source.value, facts)?.[0];
  invariant(type !== undefined, 'the checks have found the file system');
  const readOnly = filesystem.readOnly || neverWritten.includes(type);
  const { value: file, origin } = source;
  const device = kind === 'block' ? file : { file, readOnly, origin };
  return { type, device, readOnly, ...idmapped(filesystem, domain) };
}

const neverWritten = ['squashfs', 'erofs', 'iso9660'];

function mountOf(filesystem: Filesystem, domain: Domain, facts: HostFacts): Mount {
  const { idmap } = domain;
  const { origin, readOnly } = filesystem;
  const target = filesystem.target.value;
  switch (filesystem.kind) {
    case 'mount': {
      const source = filesystem.source.value;
      const type = typeOf(source, facts);
      const own = idmapped(filesystem, domain);
      return { kind: 'tree', source, target, readOnly, type, ...own, origin };
    }
    case 'ram': {
      const [uid, gid] = [mappedRoot(idmap?.uid), mappedRoot(idmap?.gid)];
      return {
        kind: 'filesystem',
        type: 'tmpfs',
        source: 'tmpfs',
        target,
        options: {
          size: String(BigInt(filesystem.usageKiB) * 1024n),
          ...(uid === 0 && gid === 0 ? {} : { uid: String(uid), gid: String(gid) }),
        },
        flags: [...(readOnly ? (['ro'] as const) : []), 'nosuid', 'nodev'],
        origin,
      };
    }
    case 'bind':
      return { kind: 'inside', source: filesystem.source.value, target, readOnly, origin };
    case 'file':
    case 'block':
      return { kind: 'image', image: imageOf(filesystem, domain, facts), target, origin };
    default:
      throw new Error(`broken invariant: check-supported lets no '${filesystem.kind}' pass`);
  }
}

/** A file is mounted on a file. What the facts do not know is taken for a directory. */
function typeOf(source: string, { paths }: HostFacts): 'directory' | 'file' {
  const kind = paths[source]?.kind;
  return kind === undefined || kind === 'directory' || kind === 'missing' ? 'directory' : 'file';
}

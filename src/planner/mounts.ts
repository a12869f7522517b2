import type { Container, Image, Mount } from '../container/container.ts';
import { mapLines, mappedRoot } from '../container/idmap.ts';
import type { Origin } from '../diagnostics/origin.ts';
import type { HostFacts } from '../facts/facts.ts';
import { MOUNTED_IN_EVERY } from '../libvirt/basic-mounts.ts';
import type { Base } from '../plan/plan.ts';
import { viewOf } from './cgroups.ts';
import type { Loops } from './loops.ts';
import type { MeminfoSteps } from './meminfo.ts';
import { type Draft, rule, step } from './steps.ts';

/** The steps that make the container's tree, by the place they take in the plan. */
export interface Mounts {
  readonly capture: readonly Draft[];
  /** With an id map: the assembly in the supervisor's own mount namespace. */
  readonly stage: readonly Draft[];
  readonly assemble: readonly Draft[];
}

/** Where the supervisor assembles the tree of a container in a user namespace. */
export interface Stage {
  readonly path: string;
  readonly idmap: NonNullable<Container['idmap']>;
}

/** With a stage the supervisor assembles the tree there, from the descriptor of the root; without one init does, inside. */
export function mounts(
  container: Container,
  facts: HostFacts,
  stage: Stage | undefined,
  meminfo: MeminfoSteps,
  { handleOf }: Loops,
): Mounts {
  const { root, mounts: own } = container;
  const base: Base = stage === undefined ? 'inside' : 'root';
  const kernel = kernelMounts(container);
  const mask = masks(container);
  const captures = own.flatMap((mount, index) => captureMount(mount, `fs${index}`, handleOf));

  const detached =
    root.kind === 'tree' && root.source === '/'
      ? hostMounts(facts).map((target) =>
          step(rule('host-root'), { op: 'mount.detach', base, target }),
        )
      : [];
  const makePoint = (origin: Origin, path: string, type: 'directory' | 'file') =>
    step(origin, { op: 'mount.point', base, path, type });
  const point = ({ origin, target, ...mount }: Mount) =>
    makePoint(origin, target, mount.kind === 'tree' ? mount.type : 'directory');
  const attach = (origin: Origin, handle: string, target: string) =>
    step(origin, { op: 'mount.attach', base, handle, target });
  const tree: Draft[] = MOUNTED_IN_EVERY.map((path) =>
    makePoint(rule('mount-points'), path, 'directory'),
  );
  if (root.kind === 'tree' && root.readOnly) {
    // What is missing in the root itself is made while it can be written to; below another target it comes later.
    const above = stage !== undefined ? ['/dev'] : ['/dev', '/proc', '/sys'];
    for (const mount of own) {
      if (!above.some((path) => mount.target.startsWith(`${path}/`))) tree.push(point(mount));
      above.push(mount.target);
    }
    tree.push(step(root.origin, { op: 'mount.readonly', base, target: '/', recursive: true }));
  }
  for (const { handle, target, origin } of kernel.trees) tree.push(attach(origin, handle, target));

  const { dev } = container;
  const devices = [attach(dev.origin, 'dev', '/dev'), attach(dev.origin, 'devpts', '/dev/pts')];
  // A target may lie in an earlier mount, by a link too: its point is made when that mount is there.
  const attached: Draft[] = own.flatMap((mount, index) => [
    point(mount),
    mount.kind === 'inside'
      ? step(mount.origin, {
          op: 'mount.bind',
          base,
          source: mount.source,
          target: mount.target,
          readOnly: mount.readOnly,
        })
      : attach(mount.origin, `fs${index}`, mount.target),
  ]);

  const settings = container.sysctls.map(({ origin, ...setting }) =>
    step(origin, { op: 'sysctl.write', ...setting }),
  );
  const result = {
    capture: [
      ...holdMap(container),
      root.kind === 'image'
        ? captureImage(root.origin, 'root', root.image, handleOf)
        : step(root.origin, {
            op: 'capture.tree',
            handle: 'root',
            source: root.source,
            recursive: true,
            readOnly: false,
            ...ofIds(root.idmapped),
          }),
      ...kernel.trees.map(({ capture }) => capture),
      ...captures,
      ...meminfo.capture,
    ],
  };
  if (stage === undefined) {
    return {
      ...result,
      stage: [],
      assemble: [
        step(rule('namespaces'), { op: 'propagation.stop' }),
        ...kernel.create,
        ...mask.open,
        step(root.origin, { op: 'root.attach' }),
        step(root.origin, { op: 'root.pivot' }),
        step(root.origin, { op: 'root.detach-old' }),
        ...detached,
        ...tree,
        ...settings,
        ...kernel.attach,
        ...mask.attach,
        ...meminfo.attach,
        ...devices,
        ...attached,
      ],
    };
  }
  const { path, idmap } = stage;
  const [uid, gid] = [mappedRoot(idmap.uid), mappedRoot(idmap.gid)];
  return {
    ...result,
    stage: [
      step(idmap.origin, { op: 'stage.enter' }),
      step(root.origin, { op: 'stage.root', at: path }),
      ...detached,
      step(idmap.origin, { op: 'stage.identity', uid, gid }),
      ...tree,
      ...devices,
      ...attached,
      step(idmap.origin, { op: 'stage.identity', uid: 0, gid: 0 }),
    ],
    assemble: [
      ...kernel.create,
      step(root.origin, { op: 'root.adopt', at: path }),
      step(root.origin, { op: 'root.pivot' }),
      step(root.origin, { op: 'root.detach-old' }),
      step(idmap.origin, { op: 'identity.root' }),
      ...settings,
      ...kernel.attach,
      ...meminfo.attach,
    ],
  };
}

/** With an id map there are none. */
function masks({ masked }: Container): { readonly open: Draft[]; readonly attach: Draft[] } {
  if (masked === undefined) return { open: [], attach: [] };
  const { files, directories, settings, origin } = masked;
  return {
    open: [step(origin, { op: 'mask.open', files, directories })],
    attach: [
      step(origin, { op: 'mask.attach', files, directories, settings }, { tolerates: ['ENOENT'] }),
    ],
  };
}

/** Some mount has to have the ids of the container. */
function holdMap({ root, mounts: own, idmap }: Container): Draft[] {
  const isMapped = [root, ...own].some(
    (mount) =>
      (mount.kind === 'tree' && mount.idmapped) || (mount.kind === 'image' && mount.image.idmapped),
  );
  if (!isMapped || idmap === undefined) return [];
  const [uid, gid] = [mapLines(idmap.uid), mapLines(idmap.gid)];
  return [step(idmap.origin, { op: 'idmap.hold', uid, gid })];
}

/** What the kernel mounts become, by the place in the plan. */
interface KernelMounts {
  /** New instances, made by init while those of the host are in sight. */
  readonly create: readonly Draft[];
  /** What init attaches once it is in its root. */
  readonly attach: readonly Draft[];
  /** What is of the host, and attached as any other tree of it. */
  readonly trees: readonly Tree[];
}

interface Tree {
  readonly capture: Draft;
  readonly handle: string;
  readonly target: string;
  readonly origin: Origin;
}

function kernelMounts({ kernelMounts: all }: Container): KernelMounts {
  const create: Draft[] = [];
  const attach: Draft[] = [];
  const trees: Tree[] = [];
  const cloned = new Map<Mount, string>();
  for (const mount of all) {
    const { origin, target } = mount;
    switch (mount.kind) {
      case 'filesystem': {
        const { type, source, options, flags } = mount;
        const handle = type;
        create.push(
          step(origin, { op: 'mount.create', handle, type, source, options, attributes: flags }),
        );
        attach.push(step(origin, { op: 'mount.attach', base: 'inside', handle, target }));
        break;
      }
      case 'inside': {
        const handle = cloned.get(mount);
        if (handle !== undefined) {
          attach.push(step(origin, { op: 'mount.attach', base: 'inside', handle, target }));
          break;
        }
        // What this one covers, and is to be seen on it as it was, is taken before.
        for (const later of all) {
          if (later.kind !== 'inside' || !later.source.startsWith(`${target}/`)) continue;
          const name = baseName(later.source);
          cloned.set(later, name);
          attach.push(
            step(later.origin, { op: 'mount.clone', handle: name, source: later.source }),
          );
        }
        attach.push(
          step(origin, {
            op: 'mount.bind',
            base: 'inside',
            source: mount.source,
            target,
            readOnly: mount.readOnly,
          }),
        );
        break;
      }
      case 'group': {
        const below = all.find(
          (each) => target.startsWith(`${each.target}/`) && each.target !== '/sys',
        );
        if (below !== undefined)
          attach.push(
            step(origin, {
              op: 'mount.point',
              base: 'inside',
              path: target,
              type: 'directory',
              below: below.target,
            }),
          );
        attach.push(
          step(origin, {
            op: 'mount.attach',
            base: 'inside',
            handle: viewOf(mount.hierarchy),
            target,
          }),
        );
        break;
      }
      case 'tree': {
        const handle = baseName(target);
        trees.push({ capture: captureTree(mount, handle), handle, target, origin });
        break;
      }
    }
  }
  return { create, attach, trees };
}

const baseName = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/** The host's own /sys, /dev and /proc give way; whatever is mounted below them goes along. */
const hostMounts = (facts: HostFacts): string[] =>
  ['/sys', '/dev', '/proc'].flatMap((target) =>
    facts.mounts.filter(({ point }) => point === target).map(() => target),
  );

/** What the supervisor takes of the host, or makes, before there is a container. */
function captureMount(mount: Mount, handle: string, handleOf: Loops['handleOf']): Draft[] {
  switch (mount.kind) {
    case 'tree':
      return [captureTree(mount, handle)];
    case 'image':
      return [captureImage(mount.origin, handle, mount.image, handleOf)];
    case 'filesystem': {
      const { origin, source, options, flags } = mount;
      return [step(origin, { op: 'capture.tmpfs', handle, source, options, attributes: flags })];
    }
    default:
      return [];
  }
}

const captureImage = (
  origin: Origin,
  handle: string,
  { type, device, readOnly, idmapped }: Image,
  handleOf: Loops['handleOf'],
): Draft =>
  step(origin, {
    op: 'capture.filesystem',
    handle,
    type,
    device: typeof device === 'string' ? device : { loop: handleOf(device) },
    readOnly,
    ...ofIds(idmapped),
  });

const ofIds = (idmapped: true | undefined): { readonly ids?: string } =>
  idmapped === undefined ? {} : { ids: 'ids' };

const captureTree = (
  { origin, source, readOnly, idmapped }: Mount & { kind: 'tree' },
  handle: string,
): Draft =>
  step(origin, {
    op: 'capture.tree',
    handle,
    source,
    recursive: false,
    readOnly,
    ...ofIds(idmapped),
  });

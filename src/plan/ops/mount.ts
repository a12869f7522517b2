import { isSysctlName, namespaceOfSysctl } from '../../linux/sysctl.ts';
import {
  below,
  isLine,
  isMount,
  kernelAttributes,
  newTypes,
  plainOptions,
  target,
  unless,
} from './checks.ts';
import { assemble, capture } from './places.ts';
import type { Records } from './record.ts';
import type {
  Base,
  Handle,
  MountAttribute,
  MountOptions,
  Path,
  SysctlName,
  Text,
} from './values.ts';

/** The mounts of a container, and what is written by them before they are in place. */
export interface MountOps {
  'mount.create': {
    readonly handle: Handle;
    readonly type: Text;
    readonly source: Text;
    readonly options: MountOptions;
    readonly attributes: readonly MountAttribute[];
  };
  'mount.detach': { readonly base: Base; readonly target: Path };
  'mount.point': {
    readonly base: Base;
    readonly path: Path;
    readonly type: 'directory' | 'file';
    /** A directory above it that an earlier step has mounted: nothing down to it is missing. */
    readonly below?: Path;
  };
  'mount.attach': { readonly base: Base; readonly handle: Handle; readonly target: Path };
  'mount.bind': {
    readonly base: Base;
    readonly source: Path;
    readonly target: Path;
    readonly readOnly: boolean;
  };
  'mount.readonly': { readonly base: Base; readonly target: Path; readonly recursive: boolean };
  'mount.clone': { readonly handle: Handle; readonly source: Path };
  'sysctl.write': { readonly name: SysctlName; readonly value: Text };
}

/** The supervisor assembles the tree in a stage; without one init does, when it is its root. */
const eitherWay = { root: capture, inside: assemble };
const inTree = {
  'stage.root': 'the tree has no place yet',
  'propagation.stop': 'mounts would reach the host',
  'root.detach-old': 'the host is still there',
  'identity.root': 'init has no identity yet',
};

export const mountOps: Records<MountOps> = {
  'mount.create': {
    place: assemble,
    what: 'Makes an instance of a file system that is attached later.',
    why: 'Every container has its own; in a user namespace it takes a visible procfs or sysfs to make one.',
    object: ({ type, attributes }) => `${type} ${attributes.join(',')}`,
    key: ({ type }) => type,
    opens: ({ handle }) => [handle],
    leadsNowhere: ({ handle }) => [handle],
    check: ({ type, options, attributes }) => [
      ...unless(type in newTypes, `${type} is no file system that a start creates`),
      ...kernelAttributes(type, attributes),
      ...unless(
        type === 'tmpfs' || Object.keys(options).length === 0,
        `${type} is made without options`,
      ),
      ...plainOptions(options),
    ],
  },
  'mount.detach': {
    place: eitherWay,
    what: "Detaches a mount of the host from the container's tree.",
    why: 'The container gets its own instead.',
    object: (step) => step.target,
    key: (step) => step.target,
    after: inTree,
    check: (step) => target(step.target),
  },
  'mount.point': {
    place: eitherWay,
    what: 'Creates a missing mount point.',
    why: 'Something is attached there later. Nothing is created through a symbolic link.',
    object: ({ path, type }) => (type === 'file' ? `${path} (file)` : path),
    key: ({ path }) => path,
    uses: ({ base }) => rootOf(base),
    after: inTree,
    check: (step, whole) => [...target(step.path), ...below(step, whole)],
  },
  'mount.attach': {
    place: eitherWay,
    what: 'Attaches a detached mount.',
    why: 'The tree is complete with it.',
    object: (step) => step.target,
    key: (step) => step.target,
    uses: ({ base, handle }) => [handle, ...rootOf(base)],
    after: inTree,
    check: (step, { opened }) => [...target(step.target), ...isMount(step.handle, opened)],
  },
  'mount.bind': {
    place: eitherWay,
    what: 'Shows a directory of the container at a second place, or itself with other flags.',
    why: 'It protects what lies below, or the domain asked for it.',
    object: (step) => `${step.source} on ${step.target}${step.readOnly ? ', read-only' : ''}`,
    key: (step) => step.target,
    uses: ({ base }) => rootOf(base),
    after: inTree,
    check: (step) => target(step.target),
  },
  'mount.readonly': {
    place: eitherWay,
    what: 'Makes a mount read-only.',
    why: 'The domain asked for it.',
    object: (step) => `${step.target}${step.recursive ? ' and all below' : ''}`,
    key: (step) => step.target,
    uses: ({ base }) => rootOf(base),
    after: inTree,
    check: (step) => [
      ...target(step.target),
      ...unless(
        step.base === 'inside' || step.target === '/',
        `${step.target} is not the root of the stage`,
      ),
    ],
  },
  'mount.clone': {
    place: assemble,
    what: 'Keeps a writable view of a tree before that becomes read-only.',
    why: "The container's own network settings stay writable.",
    object: ({ source }) => source,
    key: ({ source }) => source,
    opens: ({ handle }) => [handle],
    after: inTree,
    check: ({ source }) => target(source),
  },
  'sysctl.write': {
    place: assemble,
    what: 'Changes a setting of a namespace of the container (sysctl).',
    why: 'The domain asked for it. Written by the new procfs, before that is in place and read-only.',
    object: ({ name, value }) => `${name} ← ${value}`,
    key: ({ name }) => name,
    uses: () => ['proc'],
    after: {
      'mount.create': 'there is no procfs of its own yet',
      'root.detach-old': 'the host is still there',
      'identity.root': 'init has no identity there yet',
    },
    check: ({ name, value }, { namespaces }) => {
      const namespace = namespaceOfSysctl(name);
      return [
        ...unless(isSysctlName(name), `'${name}' is no setting`),
        ...unless(
          namespace !== undefined && namespaces.has(namespace),
          `${name} is not a setting of the container's own`,
        ),
        ...unless(isLine(value.replaceAll('\t', ' ')), 'the value is not one line of text'),
      ];
    },
  },
};

const rootOf = (base: Base): readonly string[] => (base === 'root' ? ['root'] : []);

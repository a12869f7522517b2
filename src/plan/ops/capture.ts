import { eachOnce, isLoop, newTypes, plainOptions, unless, type Whole } from './checks.ts';
import { capture, supervise } from './places.ts';
import type { Records } from './record.ts';
import type { FilesystemType, Handle, MountAttribute, MountOptions, Path, Text } from './values.ts';

/** What the container gets, opened as descriptors: the last moment at which a path of the host is resolved. */
export interface CaptureOps {
  'capture.tree': {
    readonly handle: Handle;
    readonly source: Path;
    readonly recursive: boolean;
    readonly readOnly: boolean;
    /** The descriptor of the user namespace whose ids its files have. */
    readonly ids?: Handle;
  };
  'capture.tmpfs': {
    readonly handle: Handle;
    readonly source: Text;
    readonly options: MountOptions;
    readonly attributes: readonly MountAttribute[];
  };
  'capture.filesystem': {
    readonly handle: Handle;
    readonly type: FilesystemType;
    /** A block device of the host, or a loop device. */
    readonly device: Path | LoopDevice;
    readonly readOnly: boolean;
    readonly ids?: Handle;
  };
  'capture.close': { readonly handles: readonly Handle[] };
}

export interface LoopDevice {
  readonly loop: Handle;
}

/** What captures the host comes before the stage, which has mounts of its own. */
export const outsideStage = { 'stage.enter': 'the host is captured outside the stage' };

const mapped = (ids: string | undefined): string => (ids === undefined ? '' : ', ids mapped');

const ofIds = (ids: string | undefined, opened: Whole['opened']): readonly string[] =>
  unless(ids === undefined || opened.get(ids)?.op === 'idmap.hold', `'${ids}' is no map of ids`);

export const captureOps: Records<CaptureOps> = {
  'capture.tree': {
    place: capture,
    what: 'Opens a tree of the host as a detached mount.',
    why: "This is the last moment at which the host's path is resolved.",
    object: ({ source, recursive, readOnly, ids }) =>
      `${source}${recursive ? ' and all below' : ''}${readOnly ? ', read-only' : ''}${mapped(ids)}`,
    key: ({ source }) => source,
    opens: ({ handle }) => [handle],
    uses: ({ ids }) => (ids === undefined ? [] : [ids]),
    leadsNowhere: ({ handle }) => [handle],
    before: outsideStage,
    check: ({ handle, source, readOnly, ids }, { groups, opened }) => [
      ...ofIds(ids, opened),
      ...unless(
        ids === undefined || /^(root|fs[0-9]+)$/.test(handle),
        `'${handle}' is the driver's: its ids are not mapped`,
      ),
      ...unless(handle !== 'dev', "the container's /dev is the host's"),
      ...unless(
        !handle.endsWith('_view') || groups.has(source),
        `${source} is no group of the plan`,
      ),
      ...unless(
        // That of v2 may be delegated.
        readOnly || handle === 'cgroup_view' || !(handle === 'sys' || handle.endsWith('_view')),
        `${source} is shown writable`,
      ),
    ],
  },
  'capture.tmpfs': {
    place: capture,
    what: 'Makes a tmpfs that is attached nowhere yet.',
    why: 'It can be filled before any process of the container exists.',
    object: ({ source, options }) =>
      `${source} ${Object.entries(options)
        .map(([key, value]) => `${key}=${value}`)
        .join(',')}`,
    key: ({ handle }) => handle,
    opens: ({ handle }) => [handle],
    leadsNowhere: ({ handle }) => [handle],
    before: outsideStage,
    check: ({ handle, options }) => [
      ...unless(handle !== 'root', 'the root is no tree of the host'),
      ...plainOptions(options),
    ],
  },
  'capture.filesystem': {
    place: capture,
    what: 'Mounts what a block device holds, attached nowhere yet.',
    why: 'The container needs no right to the device: the kernel reads it.',
    object: ({ type, device, readOnly, ids }) =>
      `${type} of ${typeof device === 'string' ? device : device.loop}${readOnly ? ', read-only' : ''}${mapped(ids)}`,
    key: ({ device, handle }) => (typeof device === 'string' ? device : handle),
    opens: ({ handle }) => [handle],
    uses: ({ device, ids }) => [
      ...(typeof device === 'string' ? [] : [device.loop]),
      ...(ids === undefined ? [] : [ids]),
    ],
    leadsNowhere: ({ handle }) => [handle],
    before: outsideStage,
    check: ({ handle, type, device, ids }, { opened }) => [
      ...ofIds(ids, opened),
      ...unless(/^(root|fs[0-9]+)$/.test(handle), `'${handle}' is no mount of a domain`),
      ...unless(!(type in newTypes), `${type} lies on no block device`),
      ...(typeof device === 'string' ? [] : isLoop(device.loop, opened)),
    ],
  },
  'capture.close': {
    place: supervise,
    what: 'Closes the captured mounts and files.',
    why: 'init has what it needs; the supervisor holds nothing.',
    object: ({ handles }) => handles.join(' '),
    uses: ({ handles }) => handles,
    times: 'once',
    after: { 'init.started': 'nobody knows yet that init runs' },
    check: ({ handles }) => eachOnce(handles),
  },
};

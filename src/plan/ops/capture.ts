import { eachOnce, plainOptions, unless } from './checks.ts';
import { capture, supervise } from './places.ts';
import type { Records } from './record.ts';
import type { Handle, MountAttribute, MountOptions, Path, Text } from './values.ts';

/** What the container gets, opened as descriptors: the last moment at which a path of the host is resolved. */
export interface CaptureOps {
  'capture.tree': {
    readonly handle: Handle;
    readonly source: Path;
    readonly recursive: boolean;
    readonly readOnly: boolean;
  };
  'capture.tmpfs': {
    readonly handle: Handle;
    readonly source: Text;
    readonly options: MountOptions;
    readonly attributes: readonly MountAttribute[];
  };
  'capture.close': { readonly handles: readonly Handle[] };
}

/** What captures the host comes before the stage, which has mounts of its own. */
export const outsideStage = { 'stage.enter': 'the host is captured outside the stage' };

export const captureOps: Records<CaptureOps> = {
  'capture.tree': {
    place: capture,
    what: 'Opens a tree of the host as a detached mount.',
    why: "This is the last moment at which the host's path is resolved.",
    object: ({ source, recursive, readOnly }) =>
      `${source}${recursive ? ' and all below' : ''}${readOnly ? ', read-only' : ''}`,
    key: ({ source }) => source,
    opens: ({ handle }) => [handle],
    leadsNowhere: ({ handle }) => [handle],
    before: outsideStage,
    check: ({ handle, source, readOnly }, { groups }) => [
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

import { outsideStage } from './capture.ts';
import { deviceName, devicePath, isLoop, unless } from './checks.ts';
import { capture } from './places.ts';
import type { Records } from './record.ts';
import type { DeviceNumber, Handle, Id, Octal, Path, Text } from './values.ts';

/** The container's /dev, filled while it is attached nowhere. */
export interface DevOps {
  'dev.node': {
    readonly name: Text;
    readonly type: 'c' | 'b';
    /**
     * @minimum 0
     * @maximum 4095
     */
    readonly major: number;
    readonly minor: DeviceNumber;
    readonly mode: Octal;
    /** The node of the host whose number it is: a start looks whether that is still so. */
    readonly source?: Path;
    readonly uid: Id;
    readonly gid: Id;
  };
  'dev.loop': {
    readonly name: Text;
    readonly loop: Handle;
    readonly mode: Octal;
    readonly uid: Id;
    readonly gid: Id;
  };
  'dev.link': {
    readonly name: Text;
    readonly target: Text;
    readonly uid: Id;
    readonly gid: Id;
  };
  'dev.directory': { readonly name: Text; readonly uid: Id; readonly gid: Id };
  'devpts.create': { readonly gid: Id; readonly uid0: Id; readonly gid0: Id };
}

const node = (name: string, mode: string): readonly string[] => [
  ...devicePath(name),
  ...unless(Number.parseInt(mode, 8) <= 0o777, `${mode} has more than rights`),
];

export const devOps: Records<DevOps> = {
  'dev.node': {
    place: capture,
    what: "Makes a device node in the container's /dev.",
    why: 'The container gets these devices and no others.',
    object: ({ name, type, major, minor, mode, source }) =>
      `/dev/${name} ${type} ${major}:${minor} ${mode}${source === undefined ? '' : ` as ${source}`}`,
    key: ({ name }) => `/dev/${name}`,
    uses: () => ['dev'],
    before: outsideStage,
    check: ({ name, mode }) => node(name, mode),
  },
  'dev.loop': {
    place: capture,
    what: "Makes the node of a loop device in the container's /dev.",
    why: 'A disk of the container is a file of the host.',
    object: ({ name, loop, mode }) => `/dev/${name} b ${loop} ${mode}`,
    key: ({ name }) => `/dev/${name}`,
    uses: ({ loop }) => ['dev', loop],
    before: outsideStage,
    check: ({ name, mode, loop }, { opened }) => [...node(name, mode), ...isLoop(loop, opened)],
  },
  'dev.link': {
    place: capture,
    what: "Makes a symbolic link in the container's /dev.",
    why: 'Programs expect these names.',
    object: ({ name, target }) => `/dev/${name} → ${target}`,
    key: ({ name }) => `/dev/${name}`,
    uses: () => ['dev'],
    before: outsideStage,
    check: ({ name, target }) => [
      ...deviceName(name),
      ...unless(target !== '', 'the link leads nowhere'),
    ],
  },
  'dev.directory': {
    place: capture,
    what: "Makes a directory in the container's /dev.",
    why: 'devpts is attached there, or it is on the way to a node.',
    object: ({ name }) => `/dev/${name}`,
    key: ({ name }) => `/dev/${name}`,
    uses: () => ['dev'],
    before: outsideStage,
    check: ({ name }) => devicePath(name),
  },
  'devpts.create': {
    place: capture,
    what: 'Makes a private instance of devpts, detached.',
    why: "Terminals of the container must not be the host's.",
    object: ({ gid }) => `a private instance, gid ${gid}`,
    opens: () => ['devpts'],
    leadsNowhere: () => ['devpts'],
    times: 'at most once',
    before: outsideStage,
  },
};

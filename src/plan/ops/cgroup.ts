import { directoryOf } from '../../linux/paths.ts';
import { outsideStage } from './capture.ts';
import { controlPath, deviceRules, isLine, ownGroup, unless } from './checks.ts';
import { capture, cloned, prepare, release } from './places.ts';
import type { Records } from './record.ts';
import type { DeviceRule, Handle, Id, Path, Text } from './values.ts';

/** Control groups: their limits, and the devices that may be used in them. */
export interface CgroupOps {
  'cgroup.enable': { readonly file: Path; readonly value: Text };
  'cgroup.create': { readonly path: Path };
  'cgroup.delegate': { readonly path: Path; readonly uid: Id; readonly gid: Id };
  'cgroup.write': { readonly file: Path; readonly value: Text };
  'devices.policy': { readonly path: Path; readonly rules: readonly DeviceRule[] };
  'devices.attach': { readonly path: Path; readonly rules: readonly DeviceRule[] };
  'cgroup.open': { readonly handle: Handle; readonly path: Path };
  'cgroup.join': { readonly handle: Handle; readonly path: Path };
  'cgroup.remove': { readonly path: Path };
}

const journalled = { 'state.journal': 'the intent is journalled before the effect' };
const enabled = { 'cgroup.enable': 'a group has the files of enabled controllers only' };

export const cgroupOps: Records<CgroupOps> = {
  'cgroup.enable': {
    place: prepare,
    what: 'Enables a controller for the children of the root of cgroup v2.',
    why: "Without it the container's group has no file for the limit.",
    object: ({ file, value }) => setting(file, value),
    key: ({ file, value }) => `${file} ${value}`,
    after: journalled,
    check: ({ file, value }, { aboveGroups }) => [
      ...controlPath(file),
      ...unless(
        file.endsWith('/cgroup.subtree_control') && aboveGroups.has(directoryOf(file)),
        `${file} passes nothing on to a group of the plan`,
      ),
      ...unless(/^\+[a-z0-9_]+$/.test(value), `'${value}' enables no controller`),
    ],
  },
  'cgroup.create': {
    place: prepare,
    what: "Makes the container's control group.",
    why: 'Limits and the device policy belong to a group.',
    object: ({ path }) => path,
    key: ({ path }) => path,
    undo: 'cgroup.remove',
    tolerates: ['EEXIST'], // one that a killed supervisor has left serves as well
    after: { ...journalled, ...enabled },
    check: ({ path }, { name }) => ownGroup(path, name),
  },
  'cgroup.delegate': {
    place: prepare,
    what: 'Gives the group to root of the container, but for the files of its limits.',
    why: 'An init that runs a whole system makes groups of its own in it.',
    object: ({ path, uid, gid }) => `${path} to ${uid}:${gid}`,
    key: ({ path }) => path,
    times: 'at most once',
    after: { 'cgroup.create': 'there is no group yet' },
    check: ({ path }, { name }) => ownGroup(path, name),
  },
  'cgroup.write': {
    place: prepare,
    what: 'Writes one setting of the control group.',
    why: 'The domain asked for this limit.',
    object: ({ file, value }) => setting(file, value),
    key: ({ file }) => file,
    after: { ...journalled, ...enabled },
    check: ({ file, value }) => [
      ...controlPath(file),
      ...unless(
        /\/[a-z0-9_]+\.[a-z0-9_.]+$/i.test(file) && !/\/(cgroup|devices)\.[^/]*$/.test(file),
        `${file} is no setting of a controller`,
      ),
      ...unless(isLine(value), 'the value is not one line of text'),
    ],
  },
  'devices.policy': {
    place: prepare,
    what: 'Denies all devices to the group, then allows the listed ones.',
    why: 'Whatever node a process makes, it can open only these.',
    object: ({ path, rules }) => `${devices(rules)} in ${path}`,
    key: ({ path }) => path,
    after: journalled,
    uses: ({ rules }) => loopsOf(rules),
    check: ({ path, rules }, { name, opened }) => [
      ...ownGroup(path, name),
      ...deviceRules(rules, opened),
    ],
  },
  'devices.attach': {
    place: prepare,
    what: 'Attaches the device list to the group as a BPF program.',
    why: 'cgroup v2 has no files for devices; the kernel asks this program.',
    object: ({ path, rules }) => `${devices(rules)} in ${path}`,
    key: ({ path }) => path,
    after: journalled,
    uses: ({ rules }) => loopsOf(rules),
    check: ({ path, rules }, { name, opened }) => [
      ...ownGroup(path, name),
      ...deviceRules(rules, opened),
    ],
  },
  'cgroup.open': {
    place: capture,
    what: 'Opens the file by which init will join the group.',
    why: "When init joins, no name leads to the host's cgroups any more.",
    object: ({ path }) => path,
    key: ({ path }) => path,
    opens: ({ handle }) => [handle],
    before: outsideStage,
    check: ({ path }) => [
      ...controlPath(path),
      ...unless(path.endsWith('/tasks'), `${path} is not where processes join`),
    ],
  },
  'cgroup.join': {
    place: cloned,
    what: 'Moves init into the control group.',
    why: 'By writing 0, for itself, which takes no global lock.',
    object: ({ path }) => path,
    key: ({ path }) => path,
    uses: ({ handle }) => [handle],
    check: ({ handle, path }, { opened }) => {
      const opener = opened.get(handle);
      const isThis = opener?.op === 'cgroup.open' && opener.path === path;
      return unless(isThis, `'${handle}' is not ${path}`);
    },
  },
  'cgroup.remove': {
    place: release,
    what: 'Removes the control group.',
    why: 'Nothing is left behind.',
    object: ({ path }) => path,
    key: ({ path }) => path,
    journal: ({ path }) => ({ word: 'rmdir', path }),
    check: ({ path }, { name }) => ownGroup(path, name),
  },
};

const loopsOf = (rules: readonly DeviceRule[]): readonly string[] =>
  rules.flatMap((rule) => ('loop' in rule ? [rule.loop] : []));

/** What counts comes first: a line that is cut loses the end of the path. */
function setting(file: string, value: string): string {
  const slash = file.lastIndexOf('/');
  return `${file.slice(slash + 1)} ← ${value} in ${file.slice(0, slash)}`;
}

/** The devices by what may be done with them: `c 1:3 1:5 rwm, b *:* m`. */
function devices(rules: readonly DeviceRule[]): string {
  const kinds = new Map<string, string[]>();
  for (const rule of rules) {
    const kind = `${'loop' in rule ? 'b' : rule.type} ${rule.access}`;
    const number = 'loop' in rule ? rule.loop : `${rule.major}:${rule.minor}`;
    kinds.set(kind, [...(kinds.get(kind) ?? []), number]);
  }
  const groups = [...kinds].map(([kind, numbers]) => {
    const [type, access] = kind.split(' ');
    return `${type} ${numbers.join(' ')} ${access}`;
  });
  return groups.length === 0 ? 'no device' : `only ${groups.join(', ')}`;
}

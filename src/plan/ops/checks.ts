/* What the members of operations must not hold, as the records ask it: what is wrong, or nothing. */

import { parseAddress } from '../../linux/addresses.ts';
import { isLinkName as isName } from '../../linux/link-name.ts';
import { isBelow } from '../../linux/paths.ts';
import type { PlanStep, StepOf } from '../plan.ts';
import type { DeviceRule } from './values.ts';

/** What the members of a step are held against. */
export interface Whole {
  readonly name: string;
  /** Where the name is locked. */
  readonly directory: string | undefined;
  /** The groups that the plan makes, and the directories above one that pass something on. */
  readonly groups: ReadonlySet<string>;
  readonly aboveGroups: ReadonlySet<string>;
  /** The first mount on each target. */
  readonly mounted: ReadonlyMap<string, number>;
  /** The host's ids of the container's root. */
  readonly root: Readonly<Record<'uid' | 'gid', number>>;
  readonly opened: ReadonlyMap<string, PlanStep>;
  /** Those that the plan makes. */
  readonly namespaces: ReadonlySet<string>;
}

/** Ten thousand of the domain and those of the driver; and MAX_ARG_STRLEN of linux/binfmts.h. */
export const [MOST_STRINGS, LONGEST_STRING] = [10_050, 128 * 1024];

export const unless = (holds: boolean, problem: string): readonly string[] =>
  holds ? [] : [problem];

const lastOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/** NAME_MAX of linux/limits.h. */
const LONGEST_NAME = 255;

export const isFileName = (name: string): boolean =>
  name !== '.' &&
  name !== '..' &&
  /^[^/\0\n]+$/.test(name) &&
  Buffer.byteLength(name) <= LONGEST_NAME;

/** A path that says itself where it leads: a name compares as what it means. */
const isPlain = (path: string): boolean =>
  path === '/' || (path.startsWith('/') && !/\/(\.{0,2})(\/|$)/.test(path));

export const target = (path: string): readonly string[] =>
  unless(isPlain(path), `${path} is not a plain absolute path`);

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be in a line.
export const isLine = (text: string): boolean => /^[^\u0000-\u001f\u007f]+$/.test(text);

/** The journal has a line for each path, and cgroupfs itself takes no line feed. */
export const controlPath = (path: string): readonly string[] =>
  unless(isPlain(path) && !path.includes('\n'), `${path} is not a plain absolute path`);

/** Only a group with this name is ever removed: by the release, and by `clean`. */
export const ownGroup = (path: string, name: string): readonly string[] => [
  ...controlPath(path),
  ...unless(lastOf(path) === `lxplain-${name}`, `${path} is not a group of ${name}`),
];

export const stateDirectory = (path: string, name: string): readonly string[] => [
  ...controlPath(path),
  ...unless(path.endsWith(`/run/lxplain/${name}`), `${path} is not where ${name} has its state`),
];

export const isStage = (at: string, directory: string | undefined): readonly string[] =>
  unless(at === directory, `${at} is not the directory of the lock, which nothing else uses`);

export const deviceName = (name: string): readonly string[] =>
  unless(isFileName(name), `'${name}' is no name in /dev`);

/** What lies below /dev/pts the kernel makes. */
export const devicePath = (path: string): readonly string[] =>
  unless(
    path.split('/').every(isFileName) && !path.startsWith('pts/'),
    `'${path}' is no name in /dev`,
  );

export const deviceRules = (
  rules: readonly DeviceRule[],
  opened: Whole['opened'],
): readonly string[] =>
  rules.flatMap((rule) => {
    if ('loop' in rule) return isLoop(rule.loop, opened);
    const { type, major, minor, access } = rule;
    const text = `${type} ${major}:${minor} ${access}`;
    return [...unless(major !== '*' || access === 'm', `'${text}' opens all devices`)];
  });

/** What is made new, and what it cannot do without: nothing in them is a program or a device of the container. */
export const newTypes: Readonly<Record<string, readonly string[]>> = {
  proc: ['nosuid', 'nodev', 'noexec'],
  sysfs: ['ro', 'nosuid', 'nodev', 'noexec'],
  securityfs: ['ro', 'nosuid', 'nodev', 'noexec'],
  selinuxfs: ['ro', 'nosuid', 'nodev', 'noexec'],
  tmpfs: ['nosuid', 'nodev'],
};

export const kernelAttributes = (type: string, attributes: readonly string[]): readonly string[] =>
  (newTypes[type] ?? [])
    .filter((name) => !attributes.includes(name))
    .map((name) => `${type} is mounted without ${name}`);

export const plainOptions = (options: Readonly<Record<string, string>>): readonly string[] =>
  Object.entries(options)
    .filter(([, value]) => !/^[0-9a-zA-Z%:,_-]+$/.test(value))
    .map(([key]) => `the option ${key} has no plain value`);

export function isMount(handle: string, opened: Whole['opened']): readonly string[] {
  const op = opened.get(handle)?.op;
  return unless(
    op !== 'cgroup.open' && op !== 'loop.attach' && op !== 'idmap.hold',
    `'${handle}' is no mount`,
  );
}

export const isLoop = (handle: string, opened: Whole['opened']): readonly string[] =>
  unless(opened.get(handle)?.op === 'loop.attach', `'${handle}' is no loop device`);

export function below(
  { id, path, below: above }: StepOf<'mount.point'>,
  { mounted }: Whole,
): readonly string[] {
  if (above === undefined) return [];
  const isMounted = (mounted.get(above) ?? id) < id;
  return unless(isMounted && isBelow(path, above), `nothing is mounted on ${above} before`);
}

export const numbersOf = (line: string): readonly number[] => line.split(' ').map(Number);

/** The last 32-bit number stands for no id. */
const LAST_ID = 0xfffffffe;

/** @see user_namespaces(7), "Defining user and group ID mappings" */
export function idmap(lines: readonly string[]): readonly string[] {
  const entries = lines.map(numbersOf);
  return [
    ...lines
      .filter((_, index) => {
        const [start = 0, from = 0, count = 0] = entries[index] ?? [];
        return !(count > 0 && Math.max(start, from) + count - 1 <= LAST_ID);
      })
      .map((line) => `'${line}' is no range of ids`),
    ...unless(
      entries.some(([start]) => start === 0),
      'the root of the container is nobody',
    ),
  ];
}

export function eachOnce(names: readonly string[]): readonly string[] {
  const [seen, twice] = [new Set<string>(), new Set<string>()];
  for (const name of names) (seen.has(name) ? twice : seen).add(name);
  return [...twice].map((name) => `'${name}' is there twice`);
}

export const isLinkName = (name: string): readonly string[] =>
  unless(isName(name), `'${name}' is no name of a link`);

/** In the form that the kernel prints. */
export const isAddress = (text: string): readonly string[] =>
  unless(parseAddress(text)?.text === text, `'${text}' is no address`);

export function isNetwork(network: string): readonly string[] {
  const [text = '', prefix = ''] = network.split('/');
  const address = parseAddress(text);
  const longest = address?.family === 'ipv6' ? 128 : 32;
  const isLength = /^(0|[1-9][0-9]{0,2})$/.test(prefix) && Number(prefix) <= longest;
  return unless(address?.text === text && isLength, `'${network}' is no address with a length`);
}

export const sameFamily = (network: string, address: string): readonly string[] =>
  unless(
    network.includes(':') === address.includes(':'),
    `'${network}' and '${address}' are of two families`,
  );

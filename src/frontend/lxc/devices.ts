import {
  deviceAdded,
  deviceAllowed,
  deviceAllowedAt,
  deviceConsole,
  deviceDenied,
  deviceLost,
  deviceStillAllowed,
  deviceWildcard,
} from '../../diagnostics/catalog/ledger.ts';
import type { Hostdev } from '../../ir/hostdev.ts';
import { allowedDevices, nodesOfEvery } from '../../libvirt/devices.ts';
import { type Conversion, settingsOf } from './conversion.ts';
import type { PathKind } from './host.ts';
import type { Setting } from './setting.ts';
import { words } from './values.ts';

/** In the /dev of every container. */
export const NODES_OF_EVERY: ReadonlySet<string> = new Set(
  nodesOfEvery.map(({ name }) => `/dev/${name}`),
);

/** What every container may open, by its numbers. */
const LISTED: ReadonlyMap<string, string> = new Map(
  allowedDevices.map(({ major, minor, what }) => [`${major}:${minor}`, what]),
);

/** Other nodes that configs name by number. @see Linux, Documentation/admin-guide/devices.txt */
const KNOWN: ReadonlyMap<string, string> = new Map([
  ['1:11', '/dev/kmsg'],
  ['4:0', '/dev/tty0'],
  ['10:200', '/dev/net/tun'],
  ['10:232', '/dev/kvm'],
  ['10:237', '/dev/loop-control'],
  ['10:238', '/dev/vhost-net'],
  ['226:0', '/dev/dri/card0'],
  ['226:128', '/dev/dri/renderD128'],
]);

/** `c 10:229 rwm`; `a` is all devices. */
interface Rule {
  readonly type: 'a' | 'b' | 'c';
  readonly major: string;
  readonly minor: string;
  readonly access: string;
}

function ruleOf(value: string): Rule | undefined {
  const [type = '', numbers = '*:*', access = 'rwm'] = words(value);
  const match = /^(\d+|\*):(\d+|\*)$/.exec(type === 'a' ? '*:*' : numbers);
  if (match === null || !/^[abc]$/.test(type)) return undefined;
  return { type: type as Rule['type'], major: match[1]!, minor: match[2]!, access };
}

const covers = (rule: Rule, type: 'b' | 'c', numbers: string): boolean => {
  const [major, minor] = numbers.split(':');
  return (
    (rule.type === 'a' || rule.type === type) &&
    (rule.major === '*' || rule.major === major) &&
    (rule.minor === '*' || rule.minor === minor)
  );
};

/**
 * `devices.allow` and `devices.deny` are evaluated in their order; libvirt has a list of its own, which `<hostdev>` adds
 * to. What the container may do with the nodes, rather than make of them, is what isolates: `m` does not count.
 */
export function readDeviceRules(conversion: Conversion, hostdevs: readonly Hostdev[]): void {
  for (const version of ['', '2']) {
    const allowed = settingsOf(conversion, `lxc.cgroup${version}.devices.allow`);
    const denied = settingsOf(conversion, `lxc.cgroup${version}.devices.deny`);
    if (allowed.length + denied.length === 0) continue;
    const lines = [...allowed, ...denied].sort((a, b) => a.order - b.order);
    const stillAllowed = allowedAllTheSame(lines);
    for (const line of lines) tell(conversion, line, hostdevs, stillAllowed.get(line) ?? []);
  }
}

/** Devices of libvirt's list that the rules leave closed, by the line that closes them. */
function allowedAllTheSame(lines: readonly Setting[]): Map<Setting, string[]> {
  const found = new Map<Setting, string[]>();
  for (const [numbers, path] of LISTED) {
    const closedBy = new Map<string, Setting>();
    for (const line of lines) {
      const rule = ruleOf(line.value);
      if (rule === undefined || !covers(rule, 'c', numbers)) continue;
      for (const access of rule.access) {
        if (line.key.endsWith('.allow')) closedBy.delete(access);
        else if (access !== 'm') closedBy.set(access, line);
      }
    }
    for (const line of new Set(closedBy.values())) {
      found.set(line, [...(found.get(line) ?? []), `${path} (c ${numbers})`]);
    }
  }
  return found;
}

function tell(
  { ledger }: Conversion,
  line: Setting,
  hostdevs: readonly Hostdev[],
  stillAllowed: readonly string[],
): void {
  if (stillAllowed.length > 0) return ledger.lost(line, deviceStillAllowed(stillAllowed));
  if (line.key.endsWith('.deny')) return ledger.unneeded(line, deviceDenied);
  const rule = ruleOf(line.value);
  if (rule === undefined) return ledger.lost(line, deviceLost(line.value));
  const numbers = `${rule.major}:${rule.minor}`;
  if (rule.type === 'c' && LISTED.has(numbers)) return ledger.unneeded(line, deviceAllowed);
  if (rule.type === 'c' && numbers === '5:1') return ledger.lost(line, deviceConsole);
  const path = rule.type === 'c' ? KNOWN.get(numbers) : undefined;
  const node = nodes(hostdevs).find((each) => each === path);
  if (node !== undefined) return ledger.unneeded(line, deviceAllowedAt(node));
  if (numbers.includes('*')) return ledger.lost(line, deviceWildcard);
  return ledger.lost(
    line,
    path === undefined ? deviceLost(`${rule.type} ${numbers}`) : deviceAdded(path),
  );
}

const nodes = (hostdevs: readonly Hostdev[]): string[] =>
  hostdevs.flatMap((each) =>
    each.kind === 'misc' ? [each.char.value] : each.kind === 'storage' ? [each.block.value] : [],
  );

/** Folders below /dev of most machines; other names there are devices. */
const FOLDERS =
  /^\/dev\/(dri|shm|net|input|snd|mapper|pts|mqueue|hugepages|bus(\/usb(\/\d+)?)?|disk(\/by-[a-z]+)?|block|char|vfio|serial|v4l|dvb|lxd|lxc)\/?$/;
const SOCKETS = /^\/dev\/(log|initctl|lxd\/sock|shm\/.*|mqueue\/.*)$/;
const BLOCK =
  /^\/dev\/(([shv]d|xvd)[a-z]+\d*|nvme\d+n\d+(p\d+)?|mmcblk\d+(p\d+|boot\d)?|(loop|md|ram|sr|nbd|zram|zd|dm-|bcache|drbd|rbd)\d+(p\d+)?|(mapper|md|disk\/by-[a-z]+|block|zvol)\/.+|dasd[a-z]+\d*)$/;

const CHAR =
  /^\/dev\/(net\/|snd\/|dri\/|input\/|vfio\/|bus\/usb\/|tty|pts\/|video\d|nvidia|hidraw|i2c-|spidev|gpiochip|vhost-|rtc|watchdog|usb|lp\d|st\d|sg\d|(fuse|kvm|kmsg|mem|port|uinput|ppp|hpet|ptmx|console|loop-control|mapper\/control|binder|hwbinder|vndbinder|ashmem|kfd|random|urandom|null|zero|full)$)/;

/**
 * What a path below /dev is: as this machine has it, else by its name and by the rules of the config, which give
 * what the nodes that it names are.
 */
export function kindOfNode(conversion: Conversion, path: string, createsFolder: boolean): PathKind {
  const kind = conversion.host.kind(path);
  if (kind !== undefined && kind !== 'missing') return kind;
  if (createsFolder || FOLDERS.test(path)) return 'directory';
  if (SOCKETS.test(path)) return 'socket';
  if (CHAR.test(path)) return 'char';
  if (BLOCK.test(path)) return 'block';
  const types = new Set(
    ['lxc.cgroup.devices.allow', 'lxc.cgroup2.devices.allow']
      .flatMap((key) => settingsOf(conversion, key))
      .flatMap(({ value }) => ruleOf(value) ?? [])
      .filter(({ type, major, minor }) => type !== 'c' || !LISTED.has(`${major}:${minor}`))
      .filter(({ access, type }) => access !== 'm' && type !== 'a')
      .map(({ type }) => type),
  );
  return types.size === 1 && types.has('b') ? 'block' : 'char';
}

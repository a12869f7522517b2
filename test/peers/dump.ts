import {
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { makeRoot } from '../live/domains.ts';

/** What an init sees, one entry a thing: `env PATH` → `/bin:/usr/bin`. */
export type Dump = ReadonlyMap<string, string>;

/** Kind, major and minor number of nodes that are made and opened, by which the policy for devices is seen. */
const devices = [
  ...[1, 3, 5, 7, 8, 9, 11].map((minor) => `c:1/${minor}`),
  ...['c:4/0', 'c:5/0', 'c:5/1', 'c:5/2', 'c:10/200', 'c:10/229', 'c:136/0', 'b:7/0'],
];

/**
 * The init that looks around: writes what it sees into the directory `out` of the container, then waits for
 * the file `stop` to appear there.
 */
export const dumpScript = (out: string): string => `#!/bin/busybox sh
umask >${out}/umask
b=/bin/busybox
for file in mountinfo status environ stat limits cgroup oom_score_adj cmdline uid_map gid_map; do
  $b cat /proc/1/$file >${out}/$file
done
$b ls -l /proc/1/cwd /proc/1/fd/ /proc/1/ns/ >${out}/links
$b find /dev | $b sort | while read -r path; do
  $b stat -c '%n	%F	%t:%T	%a	%u:%g' "$path" | $b tr '\\n' '\\t'
  $b readlink "$path" || echo
done >${out}/dev
for path in / /proc /proc/sys /proc/meminfo /sys /sys/fs/cgroup /dev /dev/pts /tmp /data; do
  $b test -e $path && $b stat -c '%n	%F %a %u:%g' $path
done >${out}/stats
$b hostname >${out}/hostname
$b cat /proc/sys/net/ipv4/ip_forward >${out}/ip_forward
$b ip -o addr >${out}/addresses
while IFS=: read -r _ controllers path; do
  for file in /sys/fs/cgroup/$controllers$path/*; do
    case $file in
      */memory.limit_in_bytes|*/memory.soft_limit_in_bytes|*/memory.memsw.limit_in_bytes|*/devices.list)
        while read -r line; do echo "\${file##*/} $line"; done <$file ;;
      */cpu.shares|*/cpu.cfs_*_us|*/cpuset.cpus|*/blkio.bfq.weight*|*/blkio.throttle.*_device)
        # What nobody has set is that of the kernel: whether there is a group for it makes no difference.
        while read -r line; do
          case "\${file##*/} $line" in
            'cpu.shares 1024'|'cpu.cfs_period_us 100000'|'cpu.cfs_quota_us -1'|'cpu.cfs_burst_us 0') ;;
            "cpuset.cpus $($b cat /sys/devices/system/cpu/online)"|'blkio.bfq.weight 100'|'blkio.bfq.weight_device default 100') ;;
            *) echo "\${file##*/} $line" ;;
          esac
        done <$file ;;
    esac
  done
done </proc/1/cgroup >${out}/limits_of_group
try() { name=$1; shift; if "$@" >/dev/null 2>&1; then echo "$name yes"; else echo "$name no"; fi; }
{
  try 'open /dev/tty' $b sh -c ': </dev/tty'
  try 'open /dev/console' $b sh -c ': <>/dev/console'
  try 'open a new terminal' $b sh -c ': <>/dev/ptmx'
  try 'make a null device' $b mknod ${out}/null c 1 3
  try 'make a memory device' $b mknod ${out}/mem c 1 1
  try 'write /proc/sys' $b test -w /proc/sys/kernel/hostname
  try 'write /proc/sys/net' $b test -w /proc/sys/net/ipv4/ip_forward
  try 'make /proc/sys writable' $b mount -o remount,rw,bind /proc/sys
  try 'make a control group' $b mkdir /sys/fs/cgroup/memory/lxplain-probe
  $b rmdir /sys/fs/cgroup/memory/lxplain-probe
  try 'make a read-only bind writable' $b mount -o remount,rw,bind /read-only
} >${out}/tries 2>/dev/null
$b rm -f ${out}/null ${out}/mem
for device in ${devices.join(' ')}; do
  $b mknod /dev/lxplain-probe $($b echo $device | $b tr :/ '  ') 2>/dev/null || continue
  said=$( ( : </dev/lxplain-probe ) 2>&1 ) && said='opens'
  $b echo "$device \${said##*: }"
  $b rm -f /dev/lxplain-probe
done >${out}/devices
echo done >${out}/done
while ! $b test -e ${out}/stop; do $b sleep 0.02; done
`;

/** Reads what the script has written to `out`, a directory of the host. */
export function readDump(out: string, normalise: (text: string) => string): Dump {
  const read = (name: string): string => {
    const path = join(out, name);
    return existsSync(path) ? normalise(readFileSync(path, 'utf8')) : '';
  };
  const lines = (name: string) => read(name).split('\n').filter(Boolean);
  const dump = new Map<string, string>();
  const add = (key: string, value: string): void => {
    const same = [...dump.keys()].filter((known) => known.replace(/ #\d+$/, '') === key).length;
    dump.set(same === 0 ? key : `${key} #${same + 1}`, value);
  };
  addMounts(lines('mountinfo'), add);
  addStatus(lines('status'), add);
  const environment = read('environ').split('\0').filter(Boolean);
  for (const variable of environment) {
    const at = variable.indexOf('=');
    add(`env ${variable.slice(0, at)}`, variable.slice(at + 1));
  }
  add('env order', environment.map((variable) => variable.split('=')[0]).join(' '));
  // Behind the name in brackets: state, parent, process group, session, terminal, its foreground group.
  const stat = read('stat')
    .replace(/^.*\) /, '')
    .split(' ');
  add('session', stat[3] ?? '');
  add('terminal', stat[4] === '0' ? 'none' : 'yes');
  add('nice', stat[16] ?? '');
  for (const line of lines('limits').slice(1)) {
    const [name = '', ...values] = line.split(/ {2,}/);
    add(`limit ${name}`, values.slice(0, 2).join(' '));
  }
  for (const line of lines('cgroup')) {
    const [, controllers = '', path = ''] = line.split(':');
    add(`cgroup ${controllers}`, path);
  }
  for (const line of lines('limits_of_group')) {
    const [name = '', ...value] = line.split(' ');
    if (name === 'devices.list') add(`device rule ${value.join(' ')}`, 'yes');
    else add(name, value.join(' '));
  }
  for (const line of lines('links')) {
    const [, name = '', target = ''] = /(\S+) -> (.*)$/.exec(line) ?? [];
    if (name === '/proc/1/cwd') add('cwd', target);
    else if (/^\d+$/.test(name)) add(`descriptor ${name}`, target);
    else if (name !== '' && !name.endsWith('_for_children')) add(`namespace ${name}`, target);
  }
  for (const line of lines('dev')) {
    const [path = '', type = '', numbers = '', mode = '', owner = '', target = ''] =
      line.split('\t');
    const device = type.includes('special') ? ` ${numbers}` : '';
    add(`node ${path}`, target === '' ? `${type}${device} ${mode} ${owner}` : `link ${target}`);
  }
  for (const line of lines('stats')) {
    const [path = '', value = ''] = line.split('\t');
    add(`path ${path}`, value);
  }
  for (const name of ['umask', 'hostname', 'ip_forward', 'oom_score_adj', 'uid_map', 'gid_map']) {
    add(name, read(name).trim().replaceAll(/ +/g, ' '));
  }
  add('arguments', read('cmdline').replace(/\0$/, '').replaceAll('\0', ' | '));
  for (const line of lines('devices')) {
    const [device = '', ...answer] = line.split(' ');
    add(`device ${device}`, answer.join(' '));
  }
  for (const line of lines('addresses')) {
    const [, , name = '', family = '', address = ''] = line.split(/[ :\t]+/);
    add(`address ${name}`, `${family} ${address}`);
  }
  for (const line of lines('tries')) {
    add(`can ${line.replace(/ \w+$/, '')}`, /\w+$/.exec(line)?.[0] ?? '');
  }
  return dump;
}

type Add = (key: string, value: string) => void;

/**
 * Root, type, source, options of the mount and of the superblock, and the mount below. Ids and device numbers
 * are of the moment, and so is the order: it is that of the ids. @see proc_pid_mountinfo(5)
 */
function addMounts(lines: readonly string[], add: Add): void {
  const mounts = lines.map((line) => {
    const [before = '', after = ''] = line.split(' - ');
    const [id = '', parent = '', , root = '', point = '', ...options] = before.split(' ');
    const [type = '', source = '', data = ''] = after.split(' ');
    return { id, parent, point, text: [root, type, source, ...options, data].join(' ') };
  });
  for (const { parent, point, text } of mounts) {
    const below = mounts.find(({ id }) => id === parent)?.point ?? 'nothing';
    add(`mount ${point}`, `${text} on ${below}`);
  }
}

const statusFields = [
  'Uid',
  'Gid',
  'Groups',
  'NSpid',
  'SigBlk',
  'SigIgn',
  'CapInh',
  'CapPrm',
  'CapEff',
  'CapBnd',
  'CapAmb',
  'NoNewPrivs',
  'Seccomp',
  'Cpus_allowed_list',
  'Mems_allowed_list',
];

function addStatus(lines: readonly string[], add: Add): void {
  for (const line of lines) {
    const [name = '', value = ''] = line.split(':\t');
    if (statusFields.includes(name)) add(`status ${name}`, value.trim().replaceAll(/\s+/g, ' '));
  }
}

export interface DumpRoot {
  /** Directories of the root. */
  readonly points: readonly string[];
  /** Where init finds the directory of the output: another name for it where the root is the host's. */
  readonly output?: string;
  readonly owner?: number;
}

/**
 * Makes the directory `root` of `folder` anew, with the dump as its /init, and beside it `data` with a file: a start
 * may leave something in either. Returns where the output will be.
 */
export function makeDumpRoot(
  folder: string,
  { points, output = '/out', owner = 0 }: DumpRoot,
): string {
  const [root, data] = [join(folder, 'root'), join(folder, 'data')];
  for (const path of [root, data]) rmSync(path, { recursive: true, force: true });
  makeRoot(root, []);
  for (const path of ['out', ...points]) mkdirSync(join(root, path));
  mkdirSync(data);
  writeFileSync(join(data, 'file'), 'file\n');
  writeFileSync(join(root, 'init'), dumpScript(output), { mode: 0o755 });
  for (const path of ['', ...readdirSync(root)]) chownSync(join(root, path), owner, owner);
  return join(root, 'out');
}

const namespaces = ['ipc', 'mnt', 'net', 'pid', 'uts', 'user', 'cgroup', 'time'];

/** Takes out what is of this run, not of the container: the folder, and the numbers of namespaces. */
export function withoutRun(text: string, folder: string): string {
  let result = text.replaceAll(folder, 'FOLDER');
  for (const kind of namespaces)
    result = result.replaceAll(readlinkSync(`/proc/self/ns/${kind}`), 'shared');
  return result.replaceAll(/\b(?:ipc|mnt|net|pid|uts|user|cgroup|time):\[\d+\]/g, 'own');
}

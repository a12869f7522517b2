import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { deviceOf } from '../linux/device-number.ts';
import { mountsIn } from '../linux/mountinfo.ts';
import { isProcessLimit, RLIM_INFINITY } from '../linux/process-limits.ts';
import { addressKey, filesForDrift, type Observed, type ObservedNode } from '../plan/drift.ts';
import type { Plan } from '../plan/plan.ts';

/** What the kernel shows of a container that runs. @throws Error if its init has ended meanwhile */
export function observe(plan: Plan, initPid: number): Observed {
  const proc = `/proc/${initPid}`;
  const names = plan.steps.flatMap((step) =>
    step.op === 'dev.node' || step.op === 'dev.loop' ? [step.name] : [],
  );
  return {
    status: fieldsOf(readFileSync(`${proc}/status`, 'latin1')),
    limits: limitsOf(readFileSync(`${proc}/limits`, 'latin1')),
    own: ownNamespaces(proc),
    maps: { uid: mapOf(`${proc}/uid_map`), gid: mapOf(`${proc}/gid_map`) },
    mounts: mountsIn(readFileSync(`${proc}/mountinfo`, 'utf8')),
    groups: groupsOf(readFileSync(`${proc}/cgroup`, 'utf8')),
    files: Object.fromEntries(filesForDrift(plan).map((path) => [path, textOf(path)])),
    nodes: Object.fromEntries(names.map((name) => [name, nodeOf(`${proc}/root/dev/${name}`)])),
    loops: loopFiles(),
    links: linksOf(`${proc}/net/dev`),
    addresses: addressesOf(proc),
  };
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return undefined;
  }
}

const fieldsOf = (text: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    text
      .trimEnd()
      .split('\n')
      .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()]),
  );

/** What /proc/PID/limits calls them. @see proc_pid_limits(5) */
const limitNames: Readonly<Record<string, string>> = {
  'Max cpu time': 'cpu',
  'Max file size': 'fsize',
  'Max data size': 'data',
  'Max stack size': 'stack',
  'Max core file size': 'core',
  'Max resident set': 'rss',
  'Max processes': 'nproc',
  'Max open files': 'nofile',
  'Max locked memory': 'memlock',
  'Max address space': 'as',
  'Max file locks': 'locks',
  'Max pending signals': 'sigpending',
  'Max msgqueue size': 'msgqueue',
  'Max nice priority': 'nice',
  'Max realtime priority': 'rtprio',
  'Max realtime timeout': 'rttime',
};

function limitsOf(text: string): Observed['limits'] {
  const number = (word: string) => (word === 'unlimited' ? RLIM_INFINITY : BigInt(word));
  return Object.fromEntries(
    text.split('\n').flatMap((line) => {
      const [, label = '', soft = '', hard = ''] =
        /^(Max [a-z ]+?) {2,}(\d+|unlimited) +(\d+|unlimited)/.exec(line) ?? [];
      const name = limitNames[label];
      return name === undefined || !isProcessLimit(name)
        ? []
        : [[name, [number(soft), number(hard)] as const]];
    }),
  );
}

/** By the names of the plan. @see namespaces(7) */
const namespaces = {
  mount: 'mnt',
  pid: 'pid',
  uts: 'uts',
  ipc: 'ipc',
  net: 'net',
  user: 'user',
  cgroup: 'cgroup',
} as const;

const ownNamespaces = (proc: string): readonly string[] =>
  Object.entries(namespaces)
    .filter(
      ([, file]) => readlinkSync(`${proc}/ns/${file}`) !== readlinkSync(`/proc/self/ns/${file}`),
    )
    .map(([name]) => name);

/** Where each hierarchy is mounted, and the group in it. @see cgroups(7), /proc/PID/cgroup */
function groupsOf(text: string): readonly string[] {
  const hierarchies = mountsIn(readFileSync('/proc/self/mountinfo', 'utf8')).filter(
    ({ type }) => type === 'cgroup' || type === 'cgroup2',
  );
  return text
    .trimEnd()
    .split('\n')
    .flatMap((line) => {
      const [, controllers = '', ...path] = line.split(':');
      const own = hierarchies.find(({ type, options }) =>
        controllers === ''
          ? type === 'cgroup2'
          : controllers.split(',').every((each) => options.includes(each)),
      );
      return own === undefined ? [] : [`${own.target}${path.join(':')}`];
    });
}

const mapOf = (path: string): readonly string[] =>
  (textOf(path) ?? '')
    .trimEnd()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).join(' '));

/** Whatever lies on the way there is the container's: it is looked at, and never opened. */
function nodeOf(path: string): ObservedNode | undefined {
  try {
    const stats = statSync(path);
    return {
      type: stats.isCharacterDevice() ? 'c' : stats.isBlockDevice() ? 'b' : 'other',
      ...deviceOf(stats.rdev),
      mode: (stats.mode & 0o7777).toString(8).padStart(4, '0'),
    };
  } catch {
    return undefined;
  }
}

const loopFiles = (): readonly string[] =>
  readdirSync('/sys/block')
    .filter((name) => name.startsWith('loop'))
    .flatMap((name) => textOf(join('/sys/block', name, 'loop/backing_file'))?.trimEnd() ?? []);

const linksOf = (path: string): readonly string[] =>
  (textOf(path) ?? '')
    .split('\n')
    .slice(2)
    .map((line) => line.trim().split(':')[0] ?? '')
    .filter(Boolean);

/** @see proc_pid_net(5), fib_trie and if_inet6 */
function addressesOf(proc: string): readonly string[] {
  const trie = textOf(`${proc}/net/fib_trie`) ?? '';
  const four = [...trie.matchAll(/\|-- (\d+(?:\.\d+){3})\n\s+\/32 host LOCAL/g)].map(
    ([, text = '']) => addressKey(text),
  );
  const six = (textOf(`${proc}/net/if_inet6`) ?? '').split('\n').map((line) => line.split(' ')[0]);
  return [...four, ...six].filter((key) => key !== undefined && key !== '').map(String);
}

import { addressBytes, parseAddress } from '../linux/addresses.ts';
import { capabilities } from '../linux/capabilities.ts';
import { isInitSystem } from '../linux/init-systems.ts';
import { directoryOf, isWithin } from '../linux/paths.ts';
import { RLIM_INFINITY } from '../linux/process-limits.ts';
import { type Topic, topicOfOp } from './compare.ts';
import { describe } from './describe.ts';
import { maskedPaths } from './ops/mask.ts';
import { opens } from './ops.ts';
import type { Namespace, Op, Plan, PlanStep, StepOf } from './plan.ts';

/** What the kernel shows of a container that runs, and of what was made for it on the host. */
export interface Observed {
  /** Of init: the fields of /proc/PID/status. */
  readonly status: Readonly<Record<string, string>>;
  /** Of init: soft and hard, as `prlimit` has them; undefined without a limit. */
  readonly limits: Readonly<Record<string, readonly [soft: bigint, hard: bigint]>>;
  /** The namespaces that init has for itself, by the names of the plan. */
  readonly own: readonly string[];
  readonly maps: Readonly<Record<'uid' | 'gid', readonly string[]>>;
  /** Of init's mount namespace, the later ones on top. */
  readonly mounts: readonly ObservedMount[];
  /** The control groups of init, one in each hierarchy, as they are seen on the host. */
  readonly groups: readonly string[];
  /** What was looked for: files of control groups and of the host, by their paths; undefined if one is not there. */
  readonly files: Readonly<Record<string, string | undefined>>;
  /** Nodes below /dev of the container. */
  readonly nodes: Readonly<Record<string, ObservedNode | undefined>>;
  /** Files that loop devices have. */
  readonly loops: readonly string[];
  /** Links inside, and addresses there. @see addressKey */
  readonly links: readonly string[];
  readonly addresses: readonly string[];
}

export interface ObservedMount {
  readonly target: string;
  readonly type: string;
  /** The flags of the mount itself: `ro`, `nosuid` … */
  readonly flags: readonly string[];
}

export interface ObservedNode {
  readonly type: 'c' | 'b' | 'other';
  readonly major: number;
  readonly minor: number;
  /** Octal text. */
  readonly mode: string;
}

/** Something that is not as the plan has it. */
export interface Drift {
  readonly topic: Topic;
  /** The step that says how it should be; none of what has come in addition. */
  readonly step?: number;
  readonly what: string;
  readonly expected: string;
  readonly found: string;
}

interface Finding {
  readonly expected: string;
  readonly found: string;
}

interface Around {
  readonly plan: Plan;
  readonly seen: Observed;
}

/** What is wrong with a step; or why nobody can see that from outside. */
type Entry<O extends Op> = ((step: StepOf<O>, around: Around) => readonly Finding[]) | string;

const differ = (expected: string, found: string | undefined): readonly Finding[] =>
  expected === found ? [] : [{ expected, found: found ?? 'nothing' }];

const PAST = 'it is over once it has been done';
const ITS_OWN = 'init may change it itself';
const SUPERVISOR = 'it is the supervisor itself, without which nothing runs';
const INSIDE = 'it shows only inside the namespace';
const PART = 'what it makes is seen where it is attached';

const checks: { readonly [O in Op]: Entry<O> } = {
  'process.harden': SUPERVISOR,
  'signals.block': SUPERVISOR,
  'state.lock': SUPERVISOR,
  'state.journal': SUPERVISOR,
  'state.remove': PAST,
  'guard.create': SUPERVISOR,
  'guard.end': PAST,
  'audit.open': SUPERVISOR,
  'audit.start': PAST,
  'audit.stop': PAST,
  'limits.raise': SUPERVISOR,
  'loop.attach': ({ file }, { seen }) =>
    seen.loops.includes(file) ? [] : [{ expected: `a loop device of ${file}`, found: 'none' }],
  'loop.detach': PAST,
  'cgroup.enable': ({ file, value }, { seen }) => {
    const all = seen.files[file];
    const isOn = all === undefined || all.split(/\s+/).includes(value.slice(1));
    return isOn ? [] : [{ expected: value, found: `only ${all || 'nothing'}` }];
  },
  'cgroup.create': ({ path }, { seen }) =>
    seen.files[`${path}/cgroup.procs`] === undefined
      ? [{ expected: 'the group', found: 'none' }]
      : [],
  'cgroup.delegate': 'whoever has the group may give it on',
  'cgroup.write': ({ file, value }, { seen }) => {
    const now = seen.files[file];
    return now !== undefined && sameSetting(value, now) ? [] : differ(value, now?.trim());
  },
  'devices.policy': ({ path, rules }, { seen }) => {
    const now = seen.files[`${path}/devices.list`]?.trim().split('\n').sort() ?? [];
    const wanted = rules.flatMap((rule) =>
      'loop' in rule ? [] : [`${rule.type} ${rule.major}:${rule.minor} ${rule.access}`],
    );
    const more = now.filter((line) => !wanted.includes(line) && !isLoopLine(line, rules));
    const less = wanted.filter((line) => !now.includes(line));
    return [
      ...more.map((line) => ({ expected: `no ${line}`, found: line })),
      ...less.map((line) => ({ expected: line, found: 'not allowed' })),
    ];
  },
  'devices.attach': 'the kernel shows that there is a program, and not what it allows',
  'cgroup.open': PART,
  'cgroup.join': ({ path }, { seen }) => inGroup(directoryOf(path), seen),
  'cgroup.remove': PAST,
  'capture.tree': PART,
  'capture.tmpfs': PART,
  'capture.filesystem': PART,
  'capture.close': PAST,
  'idmap.hold': PART,
  'meminfo.open': PART,
  'meminfo.create': PART,
  'meminfo.serve': SUPERVISOR,
  'proc.open': SUPERVISOR,
  'proc.create': PART,
  'proc.serve': SUPERVISOR,
  'log.life': SUPERVISOR,
  'log.console': SUPERVISOR,
  'dev.node': ({ name, type, major, minor, mode }, { seen }) => {
    const node = seen.nodes[name];
    const expected = `${type} ${major}:${minor} ${mode}`;
    return differ(
      expected,
      node === undefined ? undefined : `${node.type} ${node.major}:${node.minor} ${node.mode}`,
    );
  },
  'dev.loop': ({ name }, { seen }) =>
    seen.nodes[name]?.type === 'b' ? [] : [{ expected: 'a loop device', found: 'none' }],
  'dev.link': ITS_OWN,
  'dev.directory': ITS_OWN,
  'devpts.create': PART,
  'console.create': SUPERVISOR,
  'console.relay': SUPERVISOR,
  'stage.enter': PAST,
  'stage.root': PAST,
  'stage.identity': PAST,
  'stage.leave': PAST,
  'namespaces.create': ({ namespaces, cgroup }, { seen }) => [
    ...notOwn(namespaces, seen),
    ...(cgroup === undefined ? [] : inGroup(cgroup, seen)),
  ],
  'namespaces.unshare': ({ namespaces }, { seen }) => notOwn(namespaces, seen),
  'namespace.join': 'whose it is shows only when it is joined',
  'parent.watch': PAST,
  'idmap.write': ({ map, lines }, { seen }) => differ(lines.join(', '), seen.maps[map].join(', ')),
  'netlink.host': SUPERVISOR,
  'link.veth': ({ name, host, bridge }, { seen }) => [
    ...linkInside(name, seen),
    ...(host.includes('%') || seen.files[`/sys/class/net/${host}/ifindex`] !== undefined
      ? []
      : [{ expected: `${host} on the host`, found: 'none' }]),
    ...(bridge === undefined || host.includes('%')
      ? []
      : seen.files[`/sys/class/net/${bridge}/brif/${host}/port_no`] === undefined
        ? [{ expected: `${host} in ${bridge}`, found: 'not in it' }]
        : []),
  ],
  'link.isolate': ({ name, bridge }, { seen }) =>
    differ('1', seen.files[`/sys/class/net/${bridge}/brif/${name}/isolated`]?.trim()),
  'link.macvlan': ({ name }, { seen }) => linkInside(name, seen),
  'link.move': ({ name }, { seen }) => linkInside(name, seen),
  'host.address': 'addresses of the host are not looked at',
  'host.route': 'routes of the host are not looked at',
  'init.release': PAST,
  'init.wait': PAST,
  'keyring.new': PAST,
  'descriptors.drop': PAST,
  'propagation.stop': PAST,
  'mount.create': PART,
  'mask.open': PART,
  'root.attach': PAST,
  'root.adopt': PAST,
  'root.pivot': ({ op }, { seen }) =>
    seen.mounts.some(({ target }) => target === '/')
      ? []
      : [{ expected: `a root (${op})`, found: 'none' }],
  'root.detach-old': PAST,
  'identity.root': PAST,
  'mount.detach': PAST,
  'mount.point': PAST,
  'mount.attach': ({ handle, target }, { plan, seen }) => {
    const opener = plan.steps.find((step) => opens(step).includes(handle));
    return mounted(target, isReadOnly(opener), seen);
  },
  'mount.bind': ({ target, readOnly }, { seen }) => mounted(target, readOnly, seen),
  'mount.readonly': ({ target }, { seen }) => mounted(target, true, seen),
  'mount.clone': PART,
  'sysctl.write': INSIDE,
  'mask.attach': (step, { seen }) =>
    maskedPaths(step).flatMap((path) => mounted(path, step.settings.includes(path), seen)),
  'hostname.set': INSIDE,
  'netlink.own': PAST,
  'loopback.up': INSIDE,
  'link.mac': INSIDE,
  'link.up': INSIDE,
  'link.address': ({ address }, { seen }) =>
    seen.addresses.includes(addressKey(address) ?? '')
      ? []
      : [{ expected: address, found: 'none' }],
  'link.route': INSIDE,
  'session.start': PAST,
  'descriptors.close': ITS_OWN,
  'signals.reset': ITS_OWN,
  'umask.set': ITS_OWN,
  'memory.policy': 'the kernel shows it for what is allocated only',
  'directory.change': ITS_OWN,
  'limits.set': ({ limits }, { seen }) =>
    limits.flatMap(({ name, soft, hard }) => {
      const now = seen.limits[name];
      const text = now?.map(limitText).join(':');
      return differ(`${name} ${soft}:${hard}`, text === undefined ? undefined : `${name} ${text}`);
    }),
  'capabilities.bound': ({ drop }, { seen }) =>
    noMoreThan(seen.status.CapBnd, ~bitsOf(drop), 'no dropped capability in the bounding set'),
  'capabilities.set': ({ mask }, { seen }) =>
    noMoreThan(seen.status.CapPrm, BigInt(mask), `no capability beyond ${mask}`),
  'privileges.lock': (_, { seen }) =>
    differ('NoNewPrivs 1', `NoNewPrivs ${seen.status.NoNewPrivs}`),
  'syscalls.filter': (_, { seen }) => differ('Seccomp 2', `Seccomp ${seen.status.Seccomp}`),
  'identity.user': ITS_OWN,
  exec: ITS_OWN,
  'init.started': PAST,
  'init.reap': PAST,
};

/** Why a step is not compared; undefined if it is. */
export const unreadable = (op: Op): string | undefined => {
  const entry = checks[op];
  return typeof entry === 'string' ? entry : undefined;
};

/** What of a container is not as its plan has it, in the order of the plan; then what has come in addition. */
export function driftOf(plan: Plan, seen: Observed): readonly Drift[] {
  const around = { plan, seen };
  const changed = plan.steps.flatMap((step): Drift[] => {
    const check = checks[step.op] as Entry<Op>;
    if (typeof check === 'string') return [];
    return check(step, around).map((finding) => ({
      topic: topicOfOp(step.op),
      step: step.id,
      what: describe(step),
      ...finding,
    }));
  });
  // One that runs a whole system mounts for itself, and lets others mount.
  const mounts = plan.steps.some((step) => step.op === 'exec' && isInitSystem(step.path));
  const targets = new Set(plan.steps.flatMap(targetsOf));
  const added = (mounts ? [] : seen.mounts)
    .filter(({ target }) => !targets.has(target))
    .map(
      ({ target, type }): Drift => ({
        topic: 'mounts',
        what: `a mount on ${target}`,
        expected: 'none',
        found: type,
      }),
    );
  return [...changed, ...added];
}

/** The files of the host that `driftOf` wants to know. */
export const filesForDrift = ({ steps }: Plan): readonly string[] =>
  steps.flatMap((step) => {
    switch (step.op) {
      case 'cgroup.enable':
      case 'cgroup.write':
        return [step.file];
      case 'cgroup.create':
        return [`${step.path}/cgroup.procs`];
      case 'devices.policy':
        return [`${step.path}/devices.list`];
      case 'link.veth':
        return [
          `/sys/class/net/${step.host}/ifindex`,
          `/sys/class/net/${step.bridge}/brif/${step.host}/port_no`,
        ];
      case 'link.isolate':
        return [`/sys/class/net/${step.bridge}/brif/${step.name}/isolated`];
      default:
        return [];
    }
  });

/** Where a step mounts something. */
function targetsOf(step: PlanStep): readonly string[] {
  switch (step.op) {
    case 'mount.attach':
    case 'mount.bind':
      return [step.target];
    case 'mask.attach':
      return maskedPaths(step);
    case 'root.pivot':
      return ['/'];
    default:
      return [];
  }
}

function mounted(target: string, readOnly: boolean, { mounts }: Observed): readonly Finding[] {
  const top = mounts.findLast((mount) => mount.target === target);
  if (top === undefined) return [{ expected: `a mount on ${target}`, found: 'none' }];
  return readOnly && !top.flags.includes('ro')
    ? [{ expected: `${target} read-only`, found: 'writable' }]
    : [];
}

function isReadOnly(step: PlanStep | undefined): boolean {
  if (step?.op === 'capture.tree' || step?.op === 'capture.filesystem') return step.readOnly;
  return step?.op === 'mount.create' && step.attributes.includes('ro');
}

const linkInside = (name: string, { links }: Observed): readonly Finding[] =>
  links.includes(name) ? [] : [{ expected: `the link ${name} inside`, found: 'none' }];

const notOwn = (namespaces: readonly Namespace[], { own }: Observed): readonly Finding[] =>
  namespaces
    .filter((name) => !own.includes(name))
    .map((name) => ({ expected: `a ${name} namespace of its own`, found: "the host's" }));

/** An init that runs a whole system makes groups below, and moves into one. */
const inGroup = (path: string, { groups }: Observed): readonly Finding[] =>
  groups.some((group) => isWithin(group, path))
    ? []
    : [{ expected: `init in ${path}`, found: 'elsewhere' }];

/** A loop device has its number only while it is there. */
const isLoopLine = (line: string, rules: StepOf<'devices.policy'>['rules']): boolean =>
  /^b 7:\d+ /.test(line) && rules.some((rule) => 'loop' in rule);

const PAGE = 65_536n;

/** The kernel rounds sizes to pages, sorts sets, and has a number or a word for no limit. */
function sameSetting(wanted: string, now: string): boolean {
  const [a, b] = [plain(wanted), plain(now)];
  if (a === b || b.split('\n').includes(a)) return true;
  const [first, second] = [numberOf(a), numberOf(b)];
  if (first === undefined || second === undefined) return false;
  if (first < 0n) return second > 1n << 60n || second < 0n;
  const distance = first - second;
  return distance >= 0n && distance < PAGE && first % 4096n !== 0n;
}

const plain = (text: string): string =>
  text
    .trim()
    .replaceAll(/[ \t]+/g, ' ')
    .replace(/^default /, '');

const numberOf = (text: string): bigint | undefined =>
  /^-?\d{1,20}$/.test(text) ? BigInt(text) : undefined;

const limitText = (limit: bigint): string =>
  limit === RLIM_INFINITY ? 'unlimited' : String(limit);

function noMoreThan(hex: string | undefined, mask: bigint, expected: string): readonly Finding[] {
  const more = BigInt(`0x${hex ?? '0'}`) & ~mask;
  return more === 0n ? [] : [{ expected, found: `0x${more.toString(16)}` }];
}

const bitsOf = (names: readonly string[]): bigint =>
  names.reduce(
    (sum, name) => sum | (1n << BigInt((capabilities as readonly string[]).indexOf(name))),
    0n,
  );

/** The bytes of an address in hexadecimal digits: one text for each, however it is written. */
export function addressKey(text: string): string | undefined {
  const parsed = parseAddress(text.split('/')[0] ?? '');
  return parsed === undefined ? undefined : Buffer.from(addressBytes(parsed)).toString('hex');
}

import type { HostFacts, PathFact, Wanted } from '../facts/facts.ts';
import { capabilities } from '../linux/capabilities.ts';
import { MEMINFO } from '../linux/memory-figures.ts';
import { isTooOld, oldestKernel } from '../linux/oldest-kernel.ts';
import { directoryOf } from '../linux/paths.ts';
import { conditionsOf } from './conditions.ts';
import { describe } from './describe.ts';
import { maskedPaths } from './ops/mask.ts';
import type { Plan, PlanStep, StepOf } from './plan.ts';
import { stepsOf } from './steps-of.ts';

/**
 * What has to be looked up on a machine to say whether a plan fits it. A plan does not keep the facts that it was made
 * for: they follow from its steps.
 */
export function wantedByPlan(plan: Plan): Wanted {
  const program = stepsOf(plan.steps, 'exec')[0]?.path;
  const root = rootOf(plan);
  const sources = new Map(hostTrees(plan).map(({ handle, source }) => [handle, source]));
  const mounts = attached(plan).map(({ handle, target }) => {
    const source = sources.get(handle);
    return { target, ...(source === undefined ? {} : { source }) };
  });
  const programs = program === undefined ? [] : [program];
  const imagePaths = images(plan).map(({ path }) => path);
  return {
    paths: [
      ...sources.values(),
      ...stepsOf(plan.steps, 'cgroup.create').map(({ path }) => directoryOf(path)),
      ...linkNeeds(plan).map(({ path }) => path),
      ...granted(plan).map(({ source }) => source),
      ...imagePaths,
    ],
    images: imagePaths,
    ...(root === undefined ? {} : { inside: { root, mounts, paths: [], points: [], programs } }),
  };
}

/** The directory of the host that is the root of the container. */
const rootOf = (plan: Plan): string | undefined =>
  stepsOf(plan.steps, 'capture.tree').find(({ handle }) => handle === 'root')?.source;

const attached = (plan: Plan) => stepsOf(plan.steps, 'mount.attach');

/** Why a plan does not fit a machine: what the steps take for given there and is not so. Empty if it fits. */
export const differences = (plan: Plan, facts: HostFacts): readonly string[] =>
  [
    machine,
    groups,
    trees,
    devices,
    imageKinds,
    init,
    kernelMounts,
    network,
    services,
    links,
    rights,
  ].flatMap((check) => check(plan, facts));

const NOTHING = 'there is nothing of this name';

type Check = (plan: Plan, facts: HostFacts) => readonly string[];

const at = (step: PlanStep, problem: string): string =>
  `step ${step.id} ${describe(step)}: ${problem}`;

const machine: Check = (plan, facts) => {
  const directory = `${facts.runtimeDirectory}/${plan.name}`;
  return [
    ...(plan.arch === facts.arch
      ? []
      : [`the plan is for ${plan.arch}, and the machine is ${facts.arch}`]),
    ...(isTooOld(facts.kernel)
      ? [
          `kernel ${facts.kernel.release}: expected ${oldestKernel.major}.${oldestKernel.minor} or later`,
        ]
      : []),
    ...stepsOf(plan.steps, 'state.lock')
      .filter((step) => step.directory !== directory)
      .map((step) => at(step, `running containers have their state in ${facts.runtimeDirectory}`)),
  ];
};

interface Hierarchy {
  readonly point: string;
  readonly version: 1 | 2;
  readonly controllers: readonly string[];
}

/** The hierarchy that a path lies in: the one that is mounted deepest. */
function hierarchyOf(path: string, { cgroups: { v1, v2 } }: HostFacts): Hierarchy | undefined {
  const all: readonly Hierarchy[] = [
    ...v1.map(({ mountPoint, controllers }) => ({
      point: mountPoint,
      version: 1 as const,
      controllers,
    })),
    ...(v2 === undefined
      ? []
      : [{ point: v2.mountPoint, version: 2 as const, controllers: v2.controllers }]),
  ];
  return all
    .filter(({ point }) => path.startsWith(`${point}/`))
    .sort((a, b) => b.point.length - a.point.length)[0];
}

const groups: Check = (plan, facts) => {
  const passedOn = stepsOf(plan.steps, 'cgroup.enable').map(
    ({ file, value }) => `${file} ${value}`,
  );
  return stepsOf(
    plan.steps,
    'cgroup.create',
    'cgroup.enable',
    'cgroup.write',
    'devices.policy',
    'devices.attach',
  ).flatMap((step) => {
    const path = 'path' in step ? step.path : step.file;
    const hierarchy = hierarchyOf(path, facts);
    if (hierarchy === undefined) return [at(step, 'no control groups are mounted there')];
    const problem =
      (step.op === 'cgroup.create' && facts.paths[directoryOf(path)]?.kind === 'missing'
        ? `there is no group ${directoryOf(path)}`
        : undefined) ?? problemIn(hierarchy, step, facts, passedOn);
    return problem === undefined ? [] : [at(step, problem)];
  });
};

type GroupStep = StepOf<
  'cgroup.create' | 'cgroup.enable' | 'cgroup.write' | 'devices.policy' | 'devices.attach'
>;

function problemIn(
  { version, point, controllers }: Hierarchy,
  step: GroupStep,
  { cgroups: { v2 } }: HostFacts,
  passedOn: readonly string[],
): string | undefined {
  const lacks = (controller: string) => `${point} has no controller '${controller}'`;
  switch (step.op) {
    case 'cgroup.create':
      return undefined;
    case 'devices.policy':
      return version === 1 && controllers.includes('devices') ? undefined : lacks('devices');
    case 'devices.attach':
      return version === 2 ? undefined : `${point} is of version 1`;
    case 'cgroup.enable': {
      const missing = step.value.split(/\s+/).find((each) => !controllers.includes(each.slice(1)));
      return missing === undefined ? undefined : lacks(missing.slice(1));
    }
    case 'cgroup.write': {
      const file = step.file.slice(step.file.lastIndexOf('/') + 1);
      const controller = file.slice(0, file.indexOf('.'));
      if (controller === 'cgroup') return undefined;
      if (!controllers.includes(controller)) return lacks(controller);
      const enabled =
        version === 1 ||
        v2?.enabled.includes(controller) === true ||
        passedOn.includes(`${point}/cgroup.subtree_control +${controller}`);
      return enabled ? undefined : `${point} does not pass '${controller}' on to its groups`;
    }
  }
}

/** The trees of the host that are captured, but for the control groups that the plan itself creates. */
function hostTrees(plan: Plan): StepOf<'capture.tree'>[] {
  const created = new Set(stepsOf(plan.steps, 'cgroup.create').map(({ path }) => path));
  return stepsOf(plan.steps, 'capture.tree').filter(({ source }) => !created.has(source));
}

const trees: Check = (plan, facts) =>
  hostTrees(plan).flatMap((step) => {
    const fact = facts.paths[step.source];
    if (fact === undefined) return [];
    const problem = treeProblem(fact, wantedKind(plan, step.handle));
    return problem === undefined ? [] : [at(step, problem)];
  });

function treeProblem(fact: PathFact, wanted: 'directory' | 'file'): string | undefined {
  if (fact.kind === 'missing') return NOTHING;
  const kind = fact.kind === 'directory' ? 'directory' : 'file';
  return kind === wanted ? undefined : `it is a ${kind}: the plan has a ${wanted} there`;
}

/** What a tree is mounted on, and so what it has to be itself. */
function wantedKind(plan: Plan, handle: string): 'directory' | 'file' {
  const target = attached(plan).find((step) => step.handle === handle)?.target;
  const point = stepsOf(plan.steps, 'mount.point').find(({ path }) => path === target);
  return point?.type ?? 'directory';
}

/** The nodes that are made after one of the host. */
const granted = (plan: Plan) =>
  stepsOf(plan.steps, 'dev.node').flatMap((step) => {
    const { source } = step;
    return source === undefined ? [] : [{ step, source }];
  });

/** Their numbers are in the plan, and in the list of devices. */
const devices: Check = (plan, facts) =>
  granted(plan).flatMap(({ step, source }) => {
    const fact = facts.paths[source];
    if (fact === undefined) return [];
    if (fact.kind !== 'block' && fact.kind !== 'char')
      return [at(step, fact.kind === 'missing' ? NOTHING : 'it is no device')];
    const type = fact.kind === 'block' ? 'b' : 'c';
    const is = `${type} ${fact.major}:${fact.minor}`;
    return is === `${step.type} ${step.major}:${step.minor}` ? [] : [at(step, `it is ${is}`)];
  });

interface ImageOfPlan {
  readonly step: PlanStep;
  readonly path: string;
  readonly kind: 'file' | 'block';
  /** What is mounted of it; undefined of a disk. */
  readonly type?: string;
}

/** Block devices that are mounted, and files that become some. */
function images(plan: Plan): readonly ImageOfPlan[] {
  const mounted = stepsOf(plan.steps, 'capture.filesystem');
  return [
    ...mounted.flatMap((step): ImageOfPlan[] =>
      typeof step.device === 'string'
        ? [{ step, path: step.device, kind: 'block', type: step.type }]
        : [],
    ),
    ...stepsOf(plan.steps, 'loop.attach').map((step): ImageOfPlan => {
      const user = mounted.find(
        ({ device }) => typeof device !== 'string' && device.loop === step.handle,
      );
      const of = { step, path: step.file, kind: 'file' } as const;
      return user === undefined ? of : { ...of, type: user.type };
    }),
  ];
}

const imageKinds: Check = (plan, { paths }) =>
  images(plan).flatMap(({ step, path, kind, type }) => {
    const fact = paths[path];
    if (fact === undefined) return [];
    if (fact.kind === 'missing') return [at(step, NOTHING)];
    if (fact.kind !== kind)
      return [at(step, kind === 'file' ? 'it is no file' : 'it is no block device')];
    const { filesystems } = fact;
    if (type === undefined || filesystems === undefined || filesystems.includes(type)) return [];
    const found = filesystems.length === 0 ? 'no file system that is known' : filesystems.join();
    return [at(step, `it holds ${found}: the plan mounts ${type}`)];
  });

/** The program that becomes init, and what in turn executes it, have to be files. */
const init: Check = (plan, facts) => {
  const step = stepsOf(plan.steps, 'exec')[0];
  const root = rootOf(plan);
  const found = root === undefined ? undefined : facts.rootPaths[root];
  if (step === undefined || found === undefined) return [];
  const passed = new Set<string>();
  for (let path: string | undefined = step.path; path !== undefined && !passed.has(path); ) {
    passed.add(path);
    const fact: PathFact | undefined = found[path];
    if (fact !== undefined && fact.kind !== 'file')
      return [at(step, `${path} is ${fact.kind === 'missing' ? 'missing' : 'no file'} in ${root}`)];
    path = interpreterOf(fact);
  }
  return [];
};

function interpreterOf(fact: PathFact | undefined): string | undefined {
  const program = fact?.kind === 'file' ? fact.program : undefined;
  return program !== undefined && 'interpreter' in program ? program.interpreter : undefined;
}

/** Mounts of the host's kernel that a container gets to see, or that give way to its own. */
const kernelMounts: Check = (plan, facts) => {
  const own = stepsOf(plan.steps, 'mount.attach').map(({ target }) => target);
  const { staged } = conditionsOf(plan.steps);
  const security = ['/sys/kernel/security', '/sys/fs/selinux'].flatMap((target) => {
    const there = facts.mounts.some(({ point }) => point === target);
    if (staged || own.includes(target) === there) return [];
    return [
      there
        ? `${target} is mounted here: the plan does not show it`
        : `${target} is not mounted here: the plan shows it`,
    ];
  });
  return [...security, ...givenWay(plan, facts)];
};

/** On the root of the host, its own /proc, /sys and /dev are detached, each as often as it is mounted. */
function givenWay(plan: Plan, facts: HostFacts): readonly string[] {
  if (rootOf(plan) !== '/') return [];
  const detached = stepsOf(plan.steps, 'mount.detach');
  return ['/sys', '/dev', '/proc'].flatMap((target) => {
    const planned = detached.filter((step) => step.target === target).length;
    const mounted = facts.mounts.filter(({ point }) => point === target).length;
    return planned === mounted
      ? []
      : [`${target} is mounted ${times(mounted)}: the plan detaches it ${times(planned)}`];
  });
}

const times = (count: number): string => (count === 1 ? 'once' : `${count} times`);

/** The settings of an own network can be written for the protocols that the kernel has. */
const network: Check = (plan, facts) => {
  const clones = stepsOf(plan.steps, 'mount.clone').map(({ source }) => source);
  if (!clones.includes('/proc/sys/net/ipv4')) return [];
  const planned = clones.includes('/proc/sys/net/ipv6');
  if (planned === facts.ipv6) return [];
  return [
    planned
      ? 'the kernel has no IPv6: the plan has its settings'
      : 'the kernel has IPv6: the plan has not',
  ];
};

/** What the kernel of the machine offers beside containers. */
const services: Check = (plan, { fuse = false, audit = false, exposed = [] }) => {
  const targets = stepsOf(plan.steps, 'mount.attach', 'mount.bind');
  const ofDomain = targets.some((step) => step.target === MEMINFO && !isOwnMeminfo(step));
  // A domain may want other files of /proc, and not this one.
  const served = stepsOf(plan.steps, 'meminfo.open', 'proc.open').length > 0;
  const audited = stepsOf(plan.steps, 'audit.open').length > 0;
  const hidden = stepsOf(plan.steps, 'mask.attach').flatMap(maskedPaths);
  const seen = conditionsOf(plan.steps).staged
    ? []
    : exposed.filter((path) => !hidden.includes(path));
  return [
    ...seen.map((path) => `the kernel has ${path}: the plan does not hide it`),
    ...(ofDomain || served === fuse
      ? []
      : [
          served
            ? `the machine has no FUSE: the plan answers for ${MEMINFO}`
            : `the machine has FUSE: the plan does not answer for ${MEMINFO}`,
        ]),
    ...(audited === audit
      ? []
      : [
          audited
            ? 'the kernel has no audit system: the plan tells it'
            : 'the kernel has an audit system: the plan does not tell it',
        ]),
  ];
};

const isOwnMeminfo = (step: StepOf<'mount.attach' | 'mount.bind'>): boolean =>
  step.op === 'mount.attach' && step.handle === 'meminfo';

/** A link of the host that a step uses, or a name that is free. */
interface LinkNeed {
  readonly step: PlanStep;
  readonly path: string;
  readonly isThere: boolean;
  readonly problem: string;
}

function linkNeeds(plan: Plan): readonly LinkNeed[] {
  const need = (step: PlanStep, path: string, isThere: boolean, problem: string): LinkNeed => ({
    step,
    path: `/sys/class/net/${path}`,
    isThere,
    problem,
  });
  return [
    ...stepsOf(plan.steps, 'link.veth').flatMap((step) => [
      ...(step.bridge === undefined
        ? []
        : [need(step, `${step.bridge}/bridge`, true, `there is no bridge ${step.bridge}`)]),
      ...(step.host === 'vnet%d'
        ? []
        : [need(step, step.host, false, `there is a link ${step.host} already`)]),
    ]),
    ...stepsOf(plan.steps, 'link.move').map((step) =>
      need(step, step.name, true, `there is no link ${step.name}`),
    ),
    ...stepsOf(plan.steps, 'link.macvlan').map((step) =>
      need(step, step.parent, true, `there is no link ${step.parent}`),
    ),
  ];
}

const links: Check = (plan, { paths }) =>
  linkNeeds(plan).flatMap(({ step, path, isThere, problem }) => {
    const fact = paths[path];
    return fact === undefined || (fact.kind !== 'missing') === isThere ? [] : [at(step, problem)];
  });

/** Every capability of the kernel is kept or dropped by name or number. What the host lacks cannot be kept. */
const rights: Check = (plan, facts) => {
  const [bound] = stepsOf(plan.steps, 'capabilities.bound');
  const [set] = stepsOf(plan.steps, 'capabilities.set');
  if (bound === undefined || set === undefined) return [];
  const named = Math.min(facts.lastCapability + 1, capabilities.length);
  const permitted = BigInt(facts.permittedCapabilities ?? '0xffffffffffffffff');
  const mapped = stepsOf(plan.steps, 'idmap.write').length > 0;
  // Whoever is not root keeps none; what is not dropped of the others can be had again by set-uid programs.
  const isUser = stepsOf(plan.steps, 'identity.user').some(({ uid }) => uid !== 0);
  const kept = isUser
    ? capabilities.slice(0, named).filter((name) => !bound.drop.includes(name))
    : set.keep;
  const planned = bound.drop.length + kept.length;
  const lacking = mapped
    ? []
    : kept.filter((name) => ((permitted >> BigInt(capabilities.indexOf(name))) & 1n) === 0n);
  return [
    ...(planned === named
      ? []
      : [`the kernel has ${named} capabilities by name: the plan knows ${planned}`]),
    ...numberProblems(bound.unknown, BigInt(set.mask), facts, mapped ? undefined : permitted),
    ...(lacking.length === 0 ? [] : [at(set, `this process lacks ${lacking.join(' ')}`)]),
  ];
};

/** Of capabilities that have no name here. */
function numberProblems(
  dropped: readonly number[],
  mask: bigint,
  { lastCapability }: HostFacts,
  permitted = 0xffffffffffffffffn,
): readonly string[] {
  const has = (set: bigint, number: number) => ((set >> BigInt(number)) & 1n) === 1n;
  const numbers = Array.from(
    { length: 64 - capabilities.length },
    (_, i) => capabilities.length + i,
  );
  return numbers.flatMap((number) => {
    const planned = dropped.includes(number) || has(mask, number);
    const there = number <= lastCapability;
    if (planned && !there) return [`the kernel has no capability ${number}: the plan has it`];
    // Neither kept nor dropped is right only for what nobody could keep.
    return there && !planned && has(permitted, number)
      ? [`the kernel has the capability ${number}: the plan does not know it`]
      : [];
  });
}

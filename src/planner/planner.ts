import type { Container } from '../container/container.ts';
import { mapLines } from '../container/idmap.ts';
import type { Sources } from '../diagnostics/render.ts';
import type { HostFacts } from '../facts/facts.ts';
import { capturedBy, journalOf, opens, uses } from '../plan/ops.ts';
import type { Operation, Plan } from '../plan/plan.ts';
import { audit } from './audit.ts';
import { cgroups } from './cgroups.ts';
import { device } from './dev.ts';
import { type Links, links } from './links.ts';
import { logs } from './logs.ts';
import { loops } from './loops.ts';
import { type MeminfoSteps, meminfo } from './meminfo.ts';
import { mounts } from './mounts.ts';
import { procFiles } from './proc.ts';
import { type Draft, number, rule, step } from './steps.ts';

/** The plan of a container: in which order it comes into being, what is opened for it, and what takes it back. */
export function plan(container: Container, facts: HostFacts, sources: Sources): Plan {
  const { uuid, idmap, init, consoles, restart, graceSeconds, limits } = container;
  const name = container.name.value;
  const directory = `${facts.runtimeDirectory}/${name}`;

  const loop = loops(container);
  const groups = cgroups(container, facts.cgroups, loop);
  // The flags of mounts that were made in a user namespace would be the container's to change.
  const stage = idmap === undefined ? undefined : { path: directory, idmap };
  const network = links(container);
  const figures = joined(meminfo(container), procFiles(container));
  const tree = mounts(container, facts, stage, figures, loop);
  const waits = stage !== undefined || network.isolate.length > 0;
  const released = step(rule('state'), { op: 'state.remove', directory });
  const unguarded = step(rule('supervisor'), { op: 'guard.end' });
  const told = audit(container);
  const release = [...groups.removes, ...loop.release, ...told.release, unguarded, released];
  const byItself: Draft[] = [
    step(rule('supervisor'), { op: 'process.harden' }),
    step(rule('supervisor'), { op: 'signals.block' }),
    step(container.name.origin, { op: 'state.lock', directory }, { undo: released }),
    step(
      rule('state'),
      { op: 'state.journal', lines: journalOf(operationsOf(release)) },
      { undo: released },
    ),
    step(rule('supervisor'), { op: 'guard.create' }, { undo: unguarded }),
    ...told.prepare,
    ...(idmap === undefined ? [] : raise(limits)),
    ...container.joined.map(({ origin, ...namespace }) =>
      step(origin, { op: 'namespace.join', ...namespace }),
    ),
    ...network.prepare,
    ...loop.prepare,
    ...groups.prepare,
    ...groups.capture,
    ...tree.capture,
    ...device(container, loop),
    ...tree.stage,
    step(idmap?.origin ?? rule('namespaces'), {
      op: 'namespaces.create',
      // That of the control groups begins where init has joined its own.
      namespaces: container.namespaces.filter((kind) => kind !== 'cgroup'),
      supervisor: waits ? 'goes-on' : 'sleeps',
      ...(groups.into === undefined ? {} : { cgroup: groups.into }),
    }),
  ];
  const inTree = [...tree.assemble, ...confine(container, network)];
  const drafts: Draft[] = [
    ...byItself,
    step(rule('supervisor'), { op: 'parent.watch' }),
    ...(waits ? handshake(container, network) : []),
    step(rule('keyring'), { op: 'keyring.new' }, { tolerates: ['ENOSYS'] }),
    ...groups.join,
    step(rule('namespaces'), { op: 'namespaces.unshare', namespaces: ['cgroup'] }),
    step(rule('descriptors'), { op: 'descriptors.drop', handles: notFor(inTree, byItself) }),
    ...inTree,
    step(init.path.origin, {
      op: 'exec',
      path: init.path.value,
      argv: [init.path.value, ...init.arguments],
      environment: init.environment,
    }),
    step(rule('supervisor'), { op: 'init.started' }),
    step(rule('supervisor'), {
      op: 'capture.close',
      handles: capturedBy(operationsOf(byItself)),
    }),
    ...told.supervise,
    ...figures.supervise,
    ...logs(container),
    step(consoles[0]?.origin ?? rule('default-console'), {
      op: 'console.relay',
      consoles: consoles.length,
      graceSeconds,
    }),
    step(restart.origin, { op: 'init.reap', restart: restart.after }),
    ...release,
  ];
  return { version: 2, name, uuid, arch: facts.arch, steps: number(drafts, sources) };
}

const joined = (one: MeminfoSteps, other: MeminfoSteps): MeminfoSteps => ({
  capture: [...one.capture, ...other.capture],
  attach: [...one.attach, ...other.attach],
  supervise: [...one.supervise, ...other.supervise],
});

const operationsOf = (drafts: readonly Draft[]): readonly Operation[] =>
  drafts.map(({ operation }) => operation);

const policy = ({ mode, nodes, origin }: NonNullable<Container['memoryPolicy']>): Draft =>
  step(origin, { op: 'memory.policy', mode, nodes });

const becoming = ({ uid, gid, groups, origin }: NonNullable<Container['identity']>): Draft =>
  step(origin, { op: 'identity.user', uid, gid, groups });

/** All limits are one step: it stands where the first one does. */
const raise = (limits: Container['limits']): Draft[] =>
  limits.slice(0, 1).map(({ origin }) =>
    step(origin, {
      op: 'limits.raise',
      limits: limits.map(({ name, hard }) => ({ name, hard })),
    }),
  );

const limit = (limits: Container['limits']): Draft[] =>
  limits.slice(0, 1).map(({ origin }) =>
    step(origin, {
      op: 'limits.set',
      limits: limits.map(({ name, soft, hard }) => ({ name, soft, hard })),
    }),
  );

/** The supervisor writes the maps and makes the links, and init does nothing before they are there. */
function handshake({ idmap, links: all }: Container, network: Links): Draft[] {
  const origin = idmap?.origin ?? all[0]?.origin ?? rule('supervisor');
  const maps = idmap === undefined ? [] : mapped(idmap);
  return [
    ...maps,
    ...network.isolate,
    step(origin, { op: 'init.release' }),
    step(origin, { op: 'init.wait' }),
  ];
}

const mapped = (idmap: NonNullable<Container['idmap']>): Draft[] => [
  ...(['uid', 'gid'] as const).map((map) =>
    step(idmap.origin, {
      op: 'idmap.write',
      map,
      lines: mapLines(idmap[map]),
    }),
  ),
  step(idmap.origin, { op: 'stage.leave' }),
];

/** What init does in its root before it becomes its program: rights go last. */
function confine(
  {
    hostname,
    consoles,
    init,
    identity,
    capabilities,
    noNewPrivs,
    limits,
    memoryPolicy,
    systemCalls,
  }: Container,
  network: Links,
): Draft[] {
  const { directory } = init;
  const { drop, unknownDropped, keep, mask, origin } = capabilities;
  // Whoever is not root any more has lost all rights with that.
  const isRoot = identity === undefined || identity.uid === 0;
  const become = identity === undefined ? [] : [becoming(identity)];
  const set = step(origin, {
    op: 'capabilities.set',
    ...(isRoot ? { keep, mask } : { keep: [], mask: '0x0' }),
  });
  const lock = noNewPrivs === undefined ? [] : [step(noNewPrivs.origin, { op: 'privileges.lock' })];
  const filter =
    systemCalls === undefined
      ? []
      : [step(systemCalls.origin, { op: 'syscalls.filter', ...systemCalls.filter })];
  const filtersLate = noNewPrivs !== undefined || (isRoot && keep.includes('sys_admin'));
  return [
    ...(hostname === undefined
      ? []
      : [step(hostname.origin, { op: 'hostname.set', name: hostname.value })]),
    ...network.assemble,
    step(consoles[0]?.origin ?? rule('default-console'), { op: 'session.start' }),
    step(rule('descriptors'), { op: 'descriptors.close', from: 3 }),
    step(rule('signals'), { op: 'signals.reset' }),
    step(rule('umask'), { op: 'umask.set', mask: '022' }),
    ...(directory === undefined
      ? []
      : [step(directory.origin, { op: 'directory.change', path: directory.value })]),
    ...(memoryPolicy === undefined ? [] : [policy(memoryPolicy)]),
    ...limit(limits),
    step(origin, { op: 'capabilities.bound', drop, unknown: unknownDropped }),
    // The right to filter goes with the others, unless it is no right any more.
    ...(filtersLate ? [...become, set, ...lock, ...filter] : [...filter, ...become, set, ...lock]),
  ];
}

/** The descriptors that init inherits and does not need: the supervisor's own, and what is attached already. */
function notFor(init: readonly Draft[], supervisor: readonly Draft[]): string[] {
  const needed = new Set(init.flatMap(({ operation }) => uses(operation)));
  if (init.some(({ operation }) => operation.op === 'root.attach')) needed.add('root');
  return supervisor
    .flatMap(({ operation }) => opens(operation))
    .filter((handle) => !needed.has(handle));
}

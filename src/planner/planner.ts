import { invariant } from '../diagnostics/invariant.ts';
import type { Located } from '../diagnostics/origin.ts';
import type { Sources } from '../diagnostics/render.ts';
import type { HostFacts } from '../facts/facts.ts';
import type { Domain } from '../ir/domain.ts';
import { hostName } from '../ir/host-name.ts';
import type { Namespace, Plan } from '../plan/plan.ts';
import { capabilitySets } from './capabilities.ts';
import { cgroups } from './cgroups.ts';
import { device } from './dev.ts';
import { environment } from './environment.ts';
import { restartsAfter } from './lifecycle.ts';
import { mounts } from './mounts.ts';
import { type Draft, number, rule, steps } from './steps.ts';

/**
 * The plan of a domain that the passes have completed and checked. Decides everything: what comes behind
 * only obeys.
 */
export function plan(domain: Domain, facts: HostFacts, sources: Sources): Plan {
  const { uuid, os } = domain;
  invariant(
    uuid !== undefined && os.init !== undefined,
    'the passes have given the domain its defaults',
  );
  const name = domain.name.value;
  const directory = `${facts.runtimeDirectory}/${name}`;
  const prepare = steps('prepare', 'supervisor');
  const isolate = steps('isolate', 'supervisor');
  const born = steps('isolate', 'init');
  const confine = steps('confine', 'init');
  const supervise = steps('supervise', 'supervisor');
  const release = steps('release', 'supervisor');

  const groups = cgroups(domain, facts);
  const tree = mounts(domain, facts, directory, groups.view);
  const dev = device(domain);
  const released = release(rule('state'), { op: 'state.remove', directory });
  const undo = groups.removes.map(({ operation }) =>
    'path' in operation ? `rmdir ${operation.path}` : '',
  );
  const idmap = domain.idmap;
  const namespaces: Namespace[] = ['mount', 'uts', 'ipc', 'pid'];
  if (idmap !== undefined) namespaces.push('user');
  if (domain.features.privnet !== undefined) namespaces.push('net');
  const sets = capabilitySets(domain, facts);
  const capabilityOrigin = domain.features.capabilities?.origin ?? rule('capabilities');
  const init: Located<string> = os.init;

  const drafts: Draft[] = [
    prepare(rule('supervisor'), { op: 'process.harden' }),
    prepare(rule('supervisor'), { op: 'signals.block' }),
    prepare(domain.name.origin, { op: 'state.lock', directory }, { undo: released }),
    prepare(rule('state'), { op: 'state.journal', lines: undo }, { undo: released }),
    ...groups.prepare,
    ...groups.capture,
    ...tree.capture,
    ...dev,
    ...tree.stage,
    isolate(idmap?.origin ?? rule('namespaces'), {
      op: 'namespaces.create',
      namespaces,
      ...(groups.into === undefined ? {} : { cgroup: groups.into }),
    }),
    ...(idmap === undefined
      ? []
      : [
          ...(['uid', 'gid'] as const).map((map) =>
            isolate(idmap.origin, {
              op: 'idmap.write',
              map,
              lines: idmap[map].map(({ start, target, count }) => `${start} ${target} ${count}`),
            }),
          ),
          isolate(idmap.origin, { op: 'stage.leave' }),
          isolate(idmap.origin, { op: 'init.release' }),
          born(idmap.origin, { op: 'init.wait' }),
        ]),
    ...groups.join,
    born(rule('namespaces'), { op: 'namespaces.unshare', namespaces: ['cgroup'] }),
    ...tree.assemble,
    ...confineSteps(),
    steps('exec', 'init')(init.origin, {
      op: 'exec',
      path: init.value,
      argv: [init.value, ...os.initArgs.map(({ value }) => value)],
      environment: environment(domain),
    }),
    supervise(rule('supervisor'), { op: 'init.started' }),
    supervise(rule('supervisor'), {
      op: 'capture.close',
      handles: ['root', ...tree.handles, 'dev', 'devpts', ...groups.handles],
    }),
    supervise(domain.consoles[0]?.origin ?? rule('default-console'), {
      op: 'console.relay',
      consoles: domain.consoles.length,
    }),
    supervise(domain.onReboot?.origin ?? rule('on_reboot'), {
      op: 'init.reap',
      restart: restartsAfter(domain),
    }),
    ...groups.removes,
    released,
  ];
  return { version: 1, name, uuid: uuid.value, arch: facts.arch, steps: number(drafts, sources) };

  function confineSteps(): Draft[] {
    const assemble = steps('assemble', 'init');
    const list = [assemble(domain.name.origin, { op: 'hostname.set', name: hostName(name) })];
    const privnet = domain.features.privnet;
    if (privnet !== undefined) list.push(assemble(privnet.origin, { op: 'loopback.up' }));
    list.push(
      confine(domain.consoles[0]?.origin ?? rule('default-console'), { op: 'session.start' }),
      confine(rule('signals'), { op: 'signals.reset' }),
      confine(rule('umask'), { op: 'umask.set', mask: '022' }),
    );
    if (os.initDir !== undefined) {
      list.push(confine(os.initDir.origin, { op: 'directory.change', path: os.initDir.value }));
    }
    list.push(
      confine(capabilityOrigin, {
        op: 'capabilities.bound',
        drop: sets.drop,
        unknown: sets.unknownDropped,
      }),
      confine(capabilityOrigin, { op: 'capabilities.set', keep: sets.keep, mask: sets.mask }),
      confine(rule('supervisor'), { op: 'parent-death.signal' }),
      confine(rule('descriptors'), { op: 'descriptors.close', from: 3 }),
    );
    return list;
  }
}

import type { Actor, Phase, PlanStep } from './plan.ts';

/** A phase and the process that acts in it. */
type Place = readonly [Phase, Actor];

const prepare: Place = ['prepare', 'supervisor'];
const capture: Place = ['capture', 'supervisor'];
const isolate: Place = ['isolate', 'supervisor'];
const born: Place = ['isolate', 'init'];
const assemble: Place = ['assemble', 'init'];
const confine: Place = ['confine', 'init'];
const supervise: Place = ['supervise', 'supervisor'];
const release: Place = ['release', 'supervisor'];

/** Where each operation belongs: in which phase it is taken, and by whom. Nowhere else is it sound. */
export const places: Readonly<Record<PlanStep['op'], Place>> = {
  'process.harden': prepare,
  'signals.block': prepare,
  'state.lock': prepare,
  'state.journal': prepare,
  'cgroup.enable': prepare,
  'cgroup.create': prepare,
  'cgroup.write': prepare,
  'devices.policy': prepare,
  'devices.attach': prepare,
  'cgroup.open': capture,
  'capture.tree': capture,
  'capture.tmpfs': capture,
  'dev.node': capture,
  'dev.link': capture,
  'dev.directory': capture,
  'devpts.create': capture,
  'console.create': capture,
  'stage.enter': capture,
  'stage.root': capture,
  'stage.identity': capture,
  'stage.point': capture,
  'stage.attach': capture,
  'stage.bind': capture,
  'stage.detach': capture,
  'stage.readonly': capture,
  'stage.leave': isolate,
  'namespaces.create': isolate,
  'idmap.write': isolate,
  'init.release': isolate,
  'init.wait': born,
  'cgroup.join': born,
  'namespaces.unshare': born,
  'propagation.stop': assemble,
  'mount.create': assemble,
  'root.adopt': assemble,
  'root.attach': assemble,
  'root.pivot': assemble,
  'root.detach-old': assemble,
  'identity.root': assemble,
  'mount.detach': assemble,
  'mount.point': assemble,
  'mount.new': assemble,
  'mount.attach': assemble,
  'mount.bind': assemble,
  'mount.readonly': assemble,
  'mount.clone': assemble,
  'hostname.set': assemble,
  'loopback.up': assemble,
  'session.start': confine,
  'signals.reset': confine,
  'umask.set': confine,
  'directory.change': confine,
  'capabilities.bound': confine,
  'capabilities.set': confine,
  'parent-death.signal': confine,
  'descriptors.close': confine,
  exec: ['exec', 'init'],
  'init.started': supervise,
  'capture.close': supervise,
  'console.relay': supervise,
  'init.reap': supervise,
  'cgroup.remove': release,
  'state.remove': release,
};

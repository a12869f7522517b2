import type { Domain } from './domain.ts';

/** What is found as process 1 of whole systems: of Debian, Alpine, Void, Artix and others. */
const initSystems = [
  'init',
  'systemd',
  'openrc-init',
  'runit',
  'runit-init',
  's6-svscan',
  's6-linux-init',
  'dinit',
  'sinit',
  'procd',
  'upstart',
];

/**
 * Whether init is taken for one that runs a whole system, by the name of its program: such a one mounts hierarchies of control
 * groups by itself and makes groups in what it finds there.
 */
export function runsSystem({ os: { init } }: Domain): boolean {
  const path = init?.value ?? '';
  return initSystems.includes(path.slice(path.lastIndexOf('/') + 1));
}

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

/** Whether a program is one of them, by its name. */
export const isInitSystem = (path: string): boolean =>
  initSystems.includes(path.slice(path.lastIndexOf('/') + 1));

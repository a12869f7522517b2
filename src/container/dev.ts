import { madeBy } from '../diagnostics/origin.ts';
import { nodesOfEvery } from '../libvirt/devices.ts';
import type { Dev, Node } from './container.ts';

const origin = madeBy('dev');

const ofEvery: readonly Node[] = nodesOfEvery.map(({ name, major, minor }) => ({
  name,
  type: 'c',
  major,
  minor,
  mode: '0666',
  origin,
}));

/** The same for every container, but for the devices that it was given. @see https://libvirt.org/drvlxc.html, "Device nodes" */
export const devWith = (granted: readonly Node[]): Dev => ({
  nodes: [...ofEvery, ...granted],
  links: [
    { name: 'stdin', target: '/proc/self/fd/0' },
    { name: 'stdout', target: '/proc/self/fd/1' },
    { name: 'stderr', target: '/proc/self/fd/2' },
    { name: 'fd', target: '/proc/self/fd' },
    { name: 'ptmx', target: '/dev/pts/ptmx' },
  ],
  origin,
});

import { madeBy } from '../diagnostics/origin.ts';
import { nodesOfEvery } from '../libvirt/devices.ts';
import type { Dev } from './container.ts';

/** The same for every container. @see https://libvirt.org/drvlxc.html, "Device nodes" */
export const dev: Dev = {
  nodes: nodesOfEvery.map(({ name, major, minor }) => ({ name, type: 'c', major, minor })),
  links: [
    { name: 'stdin', target: '/proc/self/fd/0' },
    { name: 'stdout', target: '/proc/self/fd/1' },
    { name: 'stderr', target: '/proc/self/fd/2' },
    { name: 'fd', target: '/proc/self/fd' },
    { name: 'ptmx', target: '/dev/pts/ptmx' },
  ],
  origin: madeBy('dev'),
};

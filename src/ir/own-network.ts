import type { Domain } from './domain.ts';

/**
 * Whether a container has a network of its own: it asks for one, or for something that is in it.
 * @see libvirt 9.0, src/lxc/lxc_container.c, lxcNeedNetworkNamespace
 */
export const hasOwnNetwork = ({
  features,
  interfaces,
  hostdevs,
}: Pick<Domain, 'features' | 'interfaces' | 'hostdevs'>): boolean =>
  features.privnet !== undefined ||
  interfaces.length > 0 ||
  hostdevs.some(({ kind }) => kind === 'net');

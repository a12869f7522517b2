import type { Domain } from './domain.ts';
import { sharedNamespaces } from './shared-namespaces.ts';

/**
 * Whether a container has a network of its own: it asks for one, or for something that is in it, and shares nobody
 * else's.
 * @see libvirt 9.0, src/lxc/lxc_container.c, lxcNeedNetworkNamespace
 */
export const hasOwnNetwork = (
  domain: Pick<Domain, 'features' | 'interfaces' | 'hostdevs' | 'namespace'>,
): boolean =>
  !sharedNamespaces(domain).some(({ namespace }) => namespace === 'net') &&
  (domain.features.privnet !== undefined ||
    domain.interfaces.length > 0 ||
    domain.hostdevs.some(({ kind }) => kind === 'net'));

import type { Domain, SharedNamespace } from './domain.ts';

/** A namespace of somebody else's that the container has instead of its own. */
export interface Shared extends SharedNamespace {
  readonly namespace: 'net' | 'ipc' | 'uts';
  readonly type: 'name' | 'pid' | 'netns';
}

/**
 * Those of a domain, in the order in which they are joined; an element of type `none` has no effect.
 * @see libvirt 9.0, src/lxc/lxc_container.c, lxcAttachNS
 */
export function sharedNamespaces({ namespace }: Pick<Domain, 'namespace'>): readonly Shared[] {
  const shared = (kind: Shared['namespace']): readonly Shared[] => {
    const found = namespace?.[`share${kind}`];
    return found === undefined || found.type === 'none'
      ? []
      : [{ ...found, type: found.type, namespace: kind }];
  };
  return [...shared('net'), ...shared('ipc'), ...shared('uts')];
}

import type { Shared } from '../ir/shared-namespaces.ts';

/**
 * Where a shared namespace is found: its file, or the state of the container whose init has it, which only a start can
 * ask for that.
 * @see libvirt 9.0, src/lxc/lxc_process.c, virLXCProcessSetupNamespaces
 */
export function placeOfShared(
  { namespace, type, value }: Shared,
  runtimeDirectory: string,
): { readonly path: string } | { readonly directory: string } {
  switch (type) {
    case 'netns':
      return { path: `/run/netns/${value}` };
    case 'pid':
      return { path: `/proc/${value}/ns/${namespace}` };
    case 'name':
      return { directory: `${runtimeDirectory}/${value}` };
  }
}

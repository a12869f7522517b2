import { located } from '../diagnostics/origin.ts';
import type { Domain } from '../ir/domain.ts';

/**
 * Makes the places of file systems plain absolute paths of the container: `srv`, `/srv/` and `/mnt/../srv` are
 * `/srv`. One that leads to the root only from elsewhere, as `srv/..`, stays as it is: libvirt does not take it
 * for the root either.
 * @see libvirt 9.0, src/lxc/lxc_container.c, lxcContainerMountAllFS: the kernel resolves them, from `/`
 */
export const plainTargets = (domain: Domain): Domain => ({
  ...domain,
  filesystems: domain.filesystems.map((filesystem) => {
    const { value, origin } = filesystem.target;
    const plain = plainPath(value);
    const isRoot = value.startsWith('/') && !value.split('/').includes('..');
    return plain === '/' && !isRoot
      ? filesystem
      : { ...filesystem, target: located(plain, origin) };
  }),
});

function plainPath(path: string): string {
  const names: string[] = [];
  for (const name of path.split('/')) {
    if (name === '..') names.pop();
    else if (name !== '' && name !== '.') names.push(name);
  }
  return `/${names.join('/')}`;
}

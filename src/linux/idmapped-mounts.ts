/**
 * Types of file systems of which a mount can map ids, and since which Linux. An overlay can have mapped ones below it, but
 * cannot be mapped itself. @see mount_setattr(2), "ID-mapped mounts"
 */
const since: Readonly<Record<string, readonly [major: number, minor: number]>> = {
  btrfs: [5, 15],
  erofs: [5, 19],
  ext2: [5, 12],
  ext3: [5, 12],
  ext4: [5, 12],
  f2fs: [5, 18],
  squashfs: [6, 2],
  tmpfs: [6, 3],
  vfat: [5, 12],
  xfs: [5, 12],
};

export function isMappable(
  type: string,
  kernel: { readonly major: number; readonly minor: number },
): boolean {
  const first = since[type];
  if (first === undefined) return false;
  const [major, minor] = first;
  return kernel.major > major || (kernel.major === major && kernel.minor >= minor);
}

/** What lxc calls it: by the user namespace of the container. @see lxc.container.conf(5), lxc.rootfs.options */
export const IDMAPPED = 'idmap=container';

/** What libvirt mounts by itself. @see libvirt 9.0, src/lxc/lxc_container.c, lxcBasicMounts, lxcIsBasicMountLocation */
export const BASIC_MOUNTS: ReadonlySet<string> = new Set([
  '/proc',
  '/proc/sys',
  '/proc/sys/net/ipv4',
  '/proc/sys/net/ipv6',
  '/sys',
  '/sys/kernel/security',
  '/sys/fs/selinux',
]);

/** Where every container has a mount that hides what its root has there. */
export const MOUNTED_IN_EVERY: readonly string[] = ['/proc', '/sys', '/dev'];

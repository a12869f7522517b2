/** A character device of the kernel. @see Linux, Documentation/admin-guide/devices.txt */
export interface CharacterDevice {
  readonly major: number;
  readonly minor: number | '*';
}

/**
 * The nodes in the /dev of every container, by their names.
 * @see libvirt 9.0, src/lxc/lxc_controller.c, virLXCControllerPopulateDevices; https://libvirt.org/drvlxc.html, "Device nodes"
 */
export const nodesOfEvery = [
  { name: 'null', major: 1, minor: 3 },
  { name: 'zero', major: 1, minor: 5 },
  { name: 'full', major: 1, minor: 7 },
  { name: 'random', major: 1, minor: 8 },
  { name: 'urandom', major: 1, minor: 9 },
  { name: 'tty', major: 5, minor: 0 },
] as const;

/**
 * The devices that every container may use, and what is known by them.
 * @see libvirt 9.0, src/lxc/lxc_cgroup.c, virLXCCgroupSetupDeviceACL
 */
export const allowedDevices: readonly (CharacterDevice & { readonly what: string })[] = [
  { major: 1, minor: 3, what: '/dev/null' },
  { major: 1, minor: 5, what: '/dev/zero' },
  { major: 1, minor: 7, what: '/dev/full' },
  { major: 1, minor: 8, what: '/dev/random' },
  { major: 1, minor: 9, what: '/dev/urandom' },
  { major: 5, minor: 0, what: '/dev/tty' },
  { major: 5, minor: 2, what: '/dev/ptmx' },
  { major: 10, minor: 229, what: '/dev/fuse' },
  { major: 136, minor: '*', what: 'the terminals in /dev/pts' },
];

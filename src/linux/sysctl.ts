/** Which namespace a setting of the kernel belongs to: only those of a namespace of its own are a container's to have. */
export type SysctlNamespace = 'net' | 'ipc';

/** By the namespace, the paths below /proc/sys that belong to it. @see proc(5), namespaces(7) */
const paths: Readonly<Record<SysctlNamespace, RegExp>> = {
  net: /^net\//,
  ipc: /^(?:kernel\/(?:shm|msg|sem)[a-z_]*|fs\/mqueue\/[a-z_]+)$/,
};

/** The namespace of `net.ipv4.ip_forward`; undefined if the whole machine has it. */
export const namespaceOfSysctl = (name: string): SysctlNamespace | undefined =>
  (Object.keys(paths) as SysctlNamespace[]).find((each) => paths[each].test(pathOfSysctl(name)));

/** As sysctl(8) takes it. */
export const isSysctlName = (name: string): boolean =>
  /^[A-Za-z0-9_.@:/-]{3,255}$/.test(name) &&
  /[./]/.test(name) &&
  pathOfSysctl(name)
    .split('/')
    .every((part) => part !== '' && part !== '.' && part !== '..');

/**
 * Below /proc/sys. What comes first, a dot or a slash, is what separates the parts; the other one then means the first in a
 * part, as in `net.ipv4.conf.eth0/1.forwarding`.
 * @see sysctl(8)
 */
export function pathOfSysctl(name: string): string {
  const separator = /[./]/.exec(name)?.[0];
  if (separator === '/') return name;
  return name.replaceAll(/[./]/g, (mark) => (mark === '.' ? '/' : '.'));
}

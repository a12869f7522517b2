/**
 * What /proc and /sys show of the whole machine, or let root of it change, whatever namespaces one is in; a right to them is
 * asked of nothing but the owner of the file. @see proc(5), sysfs(5); the OCI runtime specification, "Masked paths"
 */
export const exposedPaths = {
  /** The memory of the kernel, keys of everybody, addresses in it; and what reboots the machine. */
  files: [
    '/proc/kcore',
    '/proc/keys',
    '/proc/latency_stats',
    '/proc/sched_debug',
    '/proc/sysrq-trigger',
    '/proc/timer_list',
  ],
  /** The firmware and its variables. */
  directories: ['/sys/firmware'],
  /** What can be read without harm, but be written: settings of devices, of interrupts, of file systems. */
  settings: ['/proc/acpi', '/proc/bus', '/proc/fs', '/proc/irq', '/proc/scsi'],
} as const;

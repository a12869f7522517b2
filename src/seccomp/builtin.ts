import { word } from '../linux/system-call-filter.ts';
import { systemCalls } from '../linux/system-calls.ts';
import type { Profile, ProfileRule } from './profile.ts';

const [EPERM, ENOSYS, EAFNOSUPPORT] = ['errno 1', 'errno 38', 'errno 97'];

/** `but`: unless the container has one of these capabilities, with which the kernel itself decides. */
const refuse = (
  calls: string,
  { with: verdict = EPERM, but }: { readonly with?: string; readonly but?: readonly string[] } = {},
): ProfileRule => ({
  verdict,
  calls: calls.split(' '),
  ...(but === undefined ? {} : { excludes: { capabilities: but } }),
});

/** What clone(2) makes new namespaces with: CLONE_NEWNS, CLONE_NEWCGROUP, CLONE_NEWUTS … CLONE_NEWNET. */
const NEW_NAMESPACES = word(0x7e020000);

/** The kernel looks at the low half of these numbers alone, and so must a filter. */
const INT = word(0xffffffff);

/** PER_LINUX and PER_LINUX32, each also with UNAME26, and the question which it is. @see personality(2) */
const PERSONALITIES = [0, 8, 0x20000, 0x20008, 0xffffffff];

/** They put what is typed into a terminal, which may be that of whoever has attached to the console. */
const [TIOCSTI, TIOCLINUX] = [0x5412, 0x541c];

const [AF_NETLINK, AF_VSOCK, NETLINK_AUDIT] = [16, 40, 9];

/**
 * The profile `builtin`: what is known and not refused is allowed, and a call that this version does not know is none
 * (ENOSYS), so that libraries do without it. After what Docker, systemd-nspawn and lxc refuse.
 */
export const builtin = (): Profile => ({
  abis: ['x86_64', 'x86', 'aarch64'],
  otherwise: ENOSYS,
  flags: [],
  rules: [
    // Another kernel, files by their numbers on a whole file system, keys, which have no namespace.
    refuse('kexec_load kexec_file_load open_by_handle_at add_key keyctl request_key'),
    // They have let programs out of containers time and again, and what uses them can do without.
    refuse('io_uring_setup io_uring_enter io_uring_register userfaultfd'),
    refuse('swapon swapoff nfsservctl lookup_dcookie vm86 vm86old uselib sysfs ustat _sysctl'),
    refuse('create_module query_module get_kernel_syms init_module finit_module delete_module', {
      but: ['sys_module'],
    }),
    refuse(
      'mount umount umount2 mount_setattr move_mount open_tree open_tree_attr fsopen fsconfig fsmount fspick pivot_root setns unshare quotactl quotactl_fd fanotify_init sethostname setdomainname',
      { but: ['sys_admin'] },
    ),
    {
      verdict: 'allow',
      calls: ['clone'],
      when: [{ argument: 0, is: '==', value: '0x0', mask: NEW_NAMESPACES }],
      excludes: { capabilities: ['sys_admin'] },
    },
    refuse('clone', { but: ['sys_admin'] }),
    // Its flags lie in memory: libraries take clone instead.
    refuse('clone3', { with: ENOSYS, but: ['sys_admin'] }),
    refuse('bpf', { but: ['sys_admin', 'bpf'] }),
    refuse('perf_event_open', { but: ['sys_admin', 'perfmon'] }),
    refuse('syslog', { but: ['sys_admin', 'syslog'] }),
    refuse('reboot', { but: ['sys_boot'] }),
    refuse('acct', { but: ['sys_pacct'] }),
    refuse('iopl ioperm', { but: ['sys_rawio'] }),
    refuse('settimeofday stime clock_settime clock_settime64', { but: ['sys_time'] }),
    refuse('vhangup', { but: ['sys_tty_config'] }),
    refuse('chroot', { but: ['sys_chroot'] }),
    refuse('mbind set_mempolicy set_mempolicy_home_node migrate_pages move_pages', {
      but: ['sys_nice'],
    }),
    ...PERSONALITIES.map(
      (personality): ProfileRule => ({
        verdict: 'allow',
        calls: ['personality'],
        when: [{ argument: 0, is: '==', value: word(personality), mask: INT }],
      }),
    ),
    refuse('personality'),
    ...[TIOCSTI, TIOCLINUX].map(
      (request): ProfileRule => ({
        verdict: EPERM,
        calls: ['ioctl'],
        when: [{ argument: 1, is: '==', value: word(request), mask: INT }],
      }),
    ),
    {
      verdict: EPERM,
      calls: ['socket', 'socketpair'],
      when: [{ argument: 0, is: '==', value: word(AF_VSOCK), mask: INT }],
    },
    {
      verdict: EAFNOSUPPORT,
      calls: ['socket'],
      when: [
        { argument: 0, is: '==', value: word(AF_NETLINK), mask: INT },
        { argument: 2, is: '==', value: word(NETLINK_AUDIT), mask: INT },
      ],
      excludes: { capabilities: ['audit_write', 'audit_control'] },
    },
    { verdict: 'allow', calls: systemCalls() },
  ],
});

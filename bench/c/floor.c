/*
 * The floor of the standard work: what a container of its kind needs, and nothing else. No state, no device
 * policy, no console, no undo.
 *
 *   floor GROUP LIMIT ROOT INIT [ARGUMENT]      GROUP below a cgroup v1 memory hierarchy, or v2 with -DUNIFIED
 *
 * With -DMAPPED the container has a user namespace, 0 → 100000 + 65536.
 */
#include "nolibc.h"

#define MAP "0 100000 65536\n"
#define ROOT_ID "100000"

static char **arguments;
static char *init_argv[3];
static char *const environment[] = {"PATH=/bin:/sbin", "container=floor", 0};
#ifndef UNIFIED
static int tasks;
#endif
#ifdef MAPPED
static int dev, go;
#endif

/* Every step has to succeed: else the time would be that of something else. */
static long must(long result)
{
    if (result < 0) leave(100);
    return result;
}

struct node { const char *path; int minor; int major; };
static const struct node nodes[] = {
    {"null", 3, 1}, {"zero", 5, 1}, {"full", 7, 1}, {"random", 8, 1}, {"urandom", 9, 1}, {"tty", 0, 5},
};
static const char *const links[][2] = {
    {"/proc/self/fd/0", "stdin"}, {"/proc/self/fd/1", "stdout"}, {"/proc/self/fd/2", "stderr"},
    {"/proc/self/fd", "fd"}, {"/dev/pts/ptmx", "ptmx"},
};

static inline void fill_dev(int at)
{
    for (unsigned i = 0; i < sizeof nodes / sizeof *nodes; i++)
        must(call(__NR_mknodat, at, nodes[i].path, S_IFCHR | 0666, nodes[i].major << 8 | nodes[i].minor));
    for (unsigned i = 0; i < sizeof links / sizeof *links; i++)
        must(call(__NR_symlinkat, links[i][0], at, links[i][1]));
    must(call(__NR_mkdirat, at, "pts", 0755));
}

static void init(void)
{
    const long safe = MS_NOSUID | MS_NODEV | MS_NOEXEC;
    const char *root = arguments[3];
#ifdef MAPPED
    while (!*(volatile int *)&go) call(__NR_futex, &go, FUTEX_WAIT, 0, 0);
    must(call(__NR_setresgid, 0, 0, 0));
    must(call(__NR_setresuid, 0, 0, 0));
#endif
#ifndef UNIFIED
    must(call(__NR_write, tasks, "0", 1));
#endif
    must(call(__NR_mount, 0, "/", 0, MS_REC | MS_SLAVE, 0));
    must(call(__NR_mount, root, root, 0, MS_BIND | MS_REC, 0));
    must(call(__NR_chdir, root));
#ifdef MAPPED
    must(call(__NR_move_mount, dev, "", AT_FDCWD, "dev", MOVE_MOUNT_F_EMPTY_PATH));
#else
    must(call(__NR_mount, "tmpfs", "dev", "tmpfs", MS_NOSUID, "mode=755,size=65536"));
    int at = must(call(__NR_openat, AT_FDCWD, "dev", O_PATH | O_CLOEXEC));
    fill_dev(at);
#endif
    must(call(__NR_mount, "devpts", "dev/pts", "devpts", MS_NOSUID, "newinstance,ptmxmode=0666,mode=0620,gid=5"));
    must(call(__NR_mount, "proc", "proc", "proc", safe, 0));
    must(call(__NR_mount, "sysfs", "sys", "sysfs", safe | MS_RDONLY, 0));
    struct interface_request lo = {.name = "lo", .flags = IFF_UP_RUNNING};
    int s = must(call(__NR_socket, AF_INET, SOCK_DGRAM | O_CLOEXEC, 0));
    must(call(__NR_ioctl, s, SIOCSIFFLAGS, &lo));
    must(call(__NR_sethostname, "floor", 5));
    must(call(__NR_pivot_root, ".", "."));
    must(call(__NR_umount2, ".", MNT_DETACH));
    must(call(__NR_prctl, PR_CAPBSET_DROP, CAP_MKNOD));
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct sets[2];
    must(call(__NR_capget, &header, sets));
    sets[0].permitted &= ~(1u << CAP_MKNOD);
    sets[0].effective = sets[0].permitted;
    sets[1].effective = sets[1].permitted;
    must(call(__NR_capset, &header, sets));
    must(call(__NR_setsid));
    call(__NR_execve, arguments[4], init_argv, environment);
    leave(101);
}

#ifdef MAPPED
static int mapped_dev(void)
{
    int context = must(call(__NR_fsopen, "tmpfs", FSOPEN_CLOEXEC));
    must(call(__NR_fsconfig, context, FSCONFIG_SET_STRING, "mode", "755", 0));
    must(call(__NR_fsconfig, context, FSCONFIG_SET_STRING, "size", "65536", 0));
    must(call(__NR_fsconfig, context, FSCONFIG_SET_STRING, "uid", ROOT_ID, 0));
    must(call(__NR_fsconfig, context, FSCONFIG_SET_STRING, "gid", ROOT_ID, 0));
    must(call(__NR_fsconfig, context, FSCONFIG_CMD_CREATE, 0, 0, 0));
    int mount = must(call(__NR_fsmount, context, FSMOUNT_CLOEXEC, MOUNT_ATTR_NOSUID));
    call(__NR_close, context);
    fill_dev(mount);
    return mount;
}

static void write_map(int pid, const char *name)
{
    char path[32] = "/proc/0000000000/";
    for (int i = 15; pid > 0; pid /= 10) path[i--] = '0' + pid % 10;
    for (char *digit = path + 6; *digit == '0'; digit++) *digit = '/';
    for (int i = 0; name[i]; i++) path[17 + i] = name[i];
    int file = must(call(__NR_openat, AT_FDCWD, path, O_WRONLY | O_CLOEXEC));
    must(call(__NR_write, file, MAP, sizeof MAP - 1));
    call(__NR_close, file);
}
#endif

void begin(long *stack)
{
    arguments = (char **)(stack + 1);
    const char *group = arguments[1], *limit = arguments[2];
    init_argv[0] = arguments[4];
    init_argv[1] = arguments[5];
    call(__NR_umask, 0);
    must(call(__NR_mkdirat, AT_FDCWD, group, 0755));
    int directory = must(call(__NR_openat, AT_FDCWD, group, O_CLOEXEC));
#ifdef UNIFIED
    int file = must(call(__NR_openat, directory, "memory.max", O_WRONLY | O_CLOEXEC));
#else
    int file = must(call(__NR_openat, directory, "memory.limit_in_bytes", O_WRONLY | O_CLOEXEC));
    tasks = must(call(__NR_openat, directory, "tasks", O_WRONLY | O_CLOEXEC));
#endif
    must(call(__NR_write, file, limit, length(limit)));
    call(__NR_close, file);
    struct clone_args args = {
        .flags = CLONE_VM | CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWPID | CLONE_NEWNET,
        .exit_signal = SIGCHLD,
    };
#ifdef UNIFIED
    args.flags |= CLONE_INTO_CGROUP_FLAG;
    args.cgroup = directory;
#endif
#ifdef MAPPED
    dev = mapped_dev();
    args.flags |= CLONE_NEWUSER;
    int pid = must(clone_vm(&args, sizeof args, init, CHILD_STACK));
    write_map(pid, "uid_map");
    write_map(pid, "gid_map");
    *(volatile int *)&go = 1;
    call(__NR_futex, &go, FUTEX_WAKE, 1);
#else
    args.flags |= CLONE_VFORK;
    int pid = must(clone_vm(&args, sizeof args, init, CHILD_STACK));
#endif
    int status = 0;
    must(call(__NR_wait4, pid, &status, 0, 0));
    must(call(__NR_unlinkat, AT_FDCWD, group, AT_REMOVEDIR));
    leave(status >> 8 & 0xff);
}

/*
 * Runs a command in a memory group of its own, for runtimes that know no control groups:
 *
 *   cgrun GROUP LIMIT COMMAND [ARGUMENT …]      GROUP below a cgroup v1 memory hierarchy, or v2 with -DUNIFIED
 */
#include "nolibc.h"

static char **arguments;
static char **environment;
static int join;

static void command(void)
{
    if (call(__NR_write, join, "0", 1) < 0) leave(100);
    call(__NR_execve, arguments[3], arguments + 3, environment);
    leave(101);
}

void begin(long *stack)
{
    arguments = (char **)(stack + 1);
    environment = arguments + stack[0] + 1;
    const char *group = arguments[1], *limit = arguments[2];
    if (call(__NR_mkdirat, AT_FDCWD, group, 0755) < 0) leave(102);
    int directory = call(__NR_openat, AT_FDCWD, group, O_CLOEXEC);
#ifdef UNIFIED
    int file = call(__NR_openat, directory, "memory.max", O_WRONLY | O_CLOEXEC);
    join = call(__NR_openat, directory, "cgroup.procs", O_WRONLY | O_CLOEXEC);
#else
    int file = call(__NR_openat, directory, "memory.limit_in_bytes", O_WRONLY | O_CLOEXEC);
    join = call(__NR_openat, directory, "tasks", O_WRONLY | O_CLOEXEC); /* not cgroup.procs: it waits for RCU */
#endif
    if (call(__NR_write, file, limit, length(limit)) < 0) leave(103);
    struct clone_args args = {.flags = CLONE_VM | CLONE_VFORK, .exit_signal = SIGCHLD};
    int pid = clone_vm(&args, sizeof args, command, CHILD_STACK);
    int status = 0;
    if (call(__NR_wait4, pid, &status, 0, 0) < 0) leave(104);
    call(__NR_unlinkat, AT_FDCWD, group, AT_REMOVEDIR);
    leave(status & 0x7f ? 128 : status >> 8 & 0xff);
}

/*
 * Runs a program and counts the system calls of each of its processes apart; at one of them it makes the call fail, or
 * kills. A process that is not the first is followed until it executes something: what runs then is not ours.
 *
 *   injector -o REPORT [OPTION]… PROGRAM [ARGUMENT]…
 *
 *   -c             lists every call
 *   -e P:K:ERRNO   call K of process P is not made and returns -ERRNO
 *   -k P:K:T…      at call K of process P (0: before its first one) the processes T… (a digit each) get SIGKILL, if
 *                  all of them are there: two processes may take their turns in another order than before
 *   -x T…          the processes T… get SIGKILL a little after a process has executed
 *   -q MS          what goes on so long after both the kill and the execution is asked to end: SIGTERM for the first process
 *   -s             the program runs as a driver runs it: in a session of its own, descriptor 3 is its status
 *   -f NAME        the first process is that which executes something with NAME as argument 0
 *   -g MS          what is still there so long after the end of the first process is left over (5000)
 *   -t MS          what is still there so long after the start of it hangs (20000)
 *
 * Processes are numbered in the order of their creation. Lines of the report:
 *
 *   process P PID               is there
 *   call P K NUMBER RIP ARG     (-c) makes its K-th call; ARG is the second argument
 *   hit P K NUMBER RIP ARG      where the error came, or the signal
 *   stopped                     (-q) it had to be asked
 *   executed P K                has executed: is not followed any further
 *   exit P STATUS               has ended; STATUS is that of wait(2)
 *   status HEX                  (-s) what was read from its status
 *   status-end MS               (-s) how long after the end of the first process nobody could write to it any more
 *   driver STATUS               (-f) what started the first process has ended
 *   alive P PID K CALL          is there, though it should not: how many calls it has made, and /proc/PID/syscall
 *   orphan PID NAME             so is a process that was never followed
 *   left|hang                   why these were killed
 *   clean MS                    how long after the end of the first process the last one had ended
 *
 * It is the reaper of what is orphaned, so that nothing of the program can hide. The tracing has no PTRACE_O_EXITKILL:
 * what dies, dies of the program's own doing.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/time.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#ifndef __x86_64__
#error "the registers are those of x86-64"
#endif

enum { OTHER = -1 };

struct process {
    pid_t pid;
    int index;            /* OTHER: only followed, until the first process is there */
    unsigned calls;
    unsigned long number; /* of the call that it is in */
    int failing;          /* its call returns -ERRNO */
    int alive, released, begun;
};

static struct process table[1024];
static int used, created;

static FILE *report;
static int list, session;
static const char *wanted;
static enum { COUNT, FAIL, KILL } action;
static int at_process = -1, with_errno, done;
static unsigned at_call;
static const char *targets = "", *later = "";
static long grace = 5000, limit = 20000, quiet = -1;
static int swept;
static long started, ended = -1, executed_at = -1, hit_at = -1;
static int status_reader = -1;
static struct process *held; /* stands still until the targets have ended */

static long now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void die(const char *what)
{
    perror(what);
    exit(125);
}

static struct process *find(pid_t pid)
{
    for (int i = 0; i < used; i++)
        if (table[i].pid == pid && table[i].alive) return &table[i];
    return NULL;
}

static struct process *numbered(int index)
{
    for (int i = 0; i < used; i++)
        if (table[i].index == index) return &table[i];
    return NULL;
}

static struct process *add(pid_t pid, int index)
{
    struct process *p = find(pid);
    if (p) return p;
    if (used == sizeof table / sizeof *table) die("too many processes");
    p = &table[used++];
    *p = (struct process){.pid = pid, .index = index, .alive = 1};
    if (index != OTHER) fprintf(report, "process %d %d\n", index, pid);
    return p;
}

static void go_on(struct process *p, int signal)
{
    ptrace(p->index == OTHER ? PTRACE_CONT : PTRACE_SYSCALL, p->pid, 0, signal);
}

/* The beginning of a file in /proc/PID. */
static const char *about(pid_t pid, const char *name)
{
    static char text[512];
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/%s", pid, name);
    int file = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t size = file < 0 ? 0 : read(file, text, sizeof text - 1);
    if (file >= 0) close(file);
    text[size < 0 ? 0 : size] = 0;
    return text;
}

/* The end of what is not followed any more is told to its parent alone. */
static int lives(const struct process *p)
{
    if (!p || !p->alive) return 0;
    if (!p->released) return 1;
    const char *state = strstr(about(p->pid, "status"), "\nState:\t");
    return state && state[8] != 'Z' && state[8] != 'X';
}

static int targets_live(void)
{
    for (const char *t = targets; *t; t++)
        if (lives(numbered(*t - '0'))) return 1;
    return 0;
}

static int all_there(const char *which)
{
    for (const char *t = which; *t; t++)
        if (!numbered(*t - '0')) return 0;
    return 1;
}

static void kill_all(const char *which)
{
    for (const char *t = which; *t; t++) {
        struct process *p = numbered(*t - '0');
        if (p && p->alive) kill(p->pid, SIGKILL);
    }
}

/* What is asked for at this call happens. True if the process has to stand still. */
static int act(struct process *p, unsigned long rip, unsigned long argument)
{
    if (done || action == COUNT || p->index != at_process || p->calls != at_call) return 0;
    done = 1;
    if (action == KILL && !all_there(targets)) return 0;
    hit_at = now();
    fprintf(report, "hit %d %u %lu %lx %lx\n", p->index, p->calls, p->number, rip, argument);
    if (action == FAIL) {
        ptrace(PTRACE_POKEUSER, p->pid, offsetof(struct user, regs.orig_rax), -1L);
        p->failing = 1;
        return 0;
    }
    held = p;
    kill_all(targets);
    return 1;
}

static void at_syscall(struct process *p)
{
    struct __ptrace_syscall_info info;
    if (ptrace(PTRACE_GET_SYSCALL_INFO, p->pid, sizeof info, &info) < 0) {
        go_on(p, 0); /* killed meanwhile */
        return;
    }
    if (info.op == PTRACE_SYSCALL_INFO_ENTRY) {
        p->calls++;
        p->number = info.entry.nr;
        if (list)
            fprintf(report, "call %d %u %lu %llx %llx\n", p->index, p->calls, p->number,
                    (unsigned long long)info.instruction_pointer, (unsigned long long)info.entry.args[1]);
        if (act(p, info.instruction_pointer, info.entry.args[1])) return;
    } else if (info.op == PTRACE_SYSCALL_INFO_EXIT && p->failing) {
        ptrace(PTRACE_POKEUSER, p->pid, offsetof(struct user, regs.rax), (long)-with_errno);
        p->failing = 0;
    }
    go_on(p, 0);
}

/* Whether a new process belongs to the program: not to what starts it, which has threads too. */
static int is_ours(pid_t pid)
{
    if (created == 0) return 0;
    if (!wanted) return 1;
    int group = 0, parent = 0;
    const char *status = about(pid, "status");
    const char *line = strstr(status, "\nTgid:");
    if (line) group = atoi(line + 6);
    line = strstr(status, "\nPPid:");
    if (line) parent = atoi(line + 6);
    struct process *by = find(parent);
    return group == pid && (by ? by->index != OTHER : parent == getpid());
}

static void at_exec(struct process *p)
{
    if (p->index == OTHER) {
        if (created == 0 && strcmp(about(p->pid, "cmdline"), wanted) == 0) {
            p->index = created++;
            started = now();
            fprintf(report, "process %d %d\n", p->index, p->pid);
        }
        go_on(p, 0);
        return;
    }
    if (p->index == 0) { /* the program itself */
        go_on(p, 0);
        return;
    }
    fprintf(report, "executed %d %u\n", p->index, p->calls);
    p->released = 1;
    executed_at = now();
    ptrace(PTRACE_DETACH, p->pid, 0, 0);
}

static void at_start(struct process *p)
{
    p->begun = 1;
    if (action == KILL && at_call == 0 && act(p, 0, 0)) return;
    go_on(p, 0);
}

static int is_stop(int signal)
{
    return signal == SIGSTOP || signal == SIGTSTP || signal == SIGTTIN || signal == SIGTTOU;
}

static void stopped(pid_t pid, int status)
{
    struct process *p = find(pid);
    int signal = WSTOPSIG(status), event = status >> 16;
    if (!p) p = add(pid, is_ours(pid) ? created++ : OTHER); /* it is seen before the event of who made it */
    if (!p->begun) {
        at_start(p);
        return;
    }
    if (event == PTRACE_EVENT_CLONE || event == PTRACE_EVENT_FORK || event == PTRACE_EVENT_VFORK) {
        /* The next one is not made before this one has its number. */
        unsigned long child = 0;
        ptrace(PTRACE_GETEVENTMSG, pid, 0, &child);
        if (child != 0 && !find((pid_t)child))
            add((pid_t)child, p->index != OTHER && is_ours((pid_t)child) ? created++ : OTHER);
    }
    if (signal == (SIGTRAP | 0x80)) {
        at_syscall(p);
    } else if (event == PTRACE_EVENT_EXEC) {
        at_exec(p);
    } else if (event == PTRACE_EVENT_STOP) {
        if (is_stop(signal)) ptrace(PTRACE_LISTEN, pid, 0, 0);
        else go_on(p, 0);
    } else {
        go_on(p, event ? 0 : signal);
    }
}

static void ended_with(pid_t pid, int status)
{
    struct process *p = find(pid);
    if (!p) return; /* an orphan */
    p->alive = 0;
    if (p == held) held = NULL;
    if (p->index != OTHER) fprintf(report, "exit %d %d\n", p->index, status);
    else if (wanted && p == table) fprintf(report, "driver %d\n", status);
    if (p->index == 0) ended = now();
}

static void tell_call(struct process *p)
{
    const char *call = about(p->pid, "syscall");
    fprintf(report, "alive %d %d %u %.*s\n", p->index, p->pid, p->calls, (int)strcspn(call, "\n"), call);
}

/* Children of ours that were never followed: what the container's init has left, for example. */
static void each_orphan(int tell)
{
    FILE *children = fopen("/proc/thread-self/children", "re");
    int pid;
    while (children && fscanf(children, "%d", &pid) == 1) {
        if (find(pid)) continue;
        const char *name = about(pid, "comm");
        if (tell) fprintf(report, "orphan %d %.*s\n", pid, (int)strcspn(name, "\n"), name);
        kill(pid, SIGKILL);
    }
    if (children) fclose(children);
}

/* Tells what is still there, and ends it. */
static void sweep(const char *why)
{
    for (int i = 0; i < used && !swept; i++)
        if (lives(&table[i])) tell_call(&table[i]);
    if (!swept) fprintf(report, "%s\n", why);
    for (int i = 0; i < used; i++)
        if (table[i].alive) kill(table[i].pid, SIGKILL);
    each_orphan(!swept);
    swept = 1;
}

/* What has been written to the status, and whether somebody can still do so. */
static void read_status(void)
{
    unsigned char bytes[64];
    ssize_t size;
    while (status_reader >= 0 && (size = read(status_reader, bytes, sizeof bytes)) >= 0) {
        if (size == 0) {
            fprintf(report, "status-end %ld\n", ended < 0 ? 0 : now() - ended);
            close(status_reader);
            status_reader = -1;
            return;
        }
        fprintf(report, "status ");
        for (ssize_t i = 0; i < size; i++) fprintf(report, "%02x", bytes[i]);
        fprintf(report, "\n");
    }
}

/* The first process of all: stops until it is followed. */
static void launch(char **argv)
{
    int ends[2] = {-1, -1};
    if (session && pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0) die("pipe2");
    status_reader = ends[0];
    pid_t pid = fork();
    if (pid < 0) die("fork");
    if (pid == 0) {
        if (session) {
            setsid();
            if (ends[1] == 3) fcntl(3, F_SETFD, 0);
            else dup2(ends[1], 3);
            fcntl(3, F_SETFL, 0);
        }
        raise(SIGSTOP);
        execv(argv[0], argv);
        perror(argv[0]);
        _exit(126);
    }
    int status;
    while (waitpid(pid, &status, WUNTRACED) != pid)
        if (errno != EINTR) die("waitpid");
    if (!WIFSTOPPED(status)) die("waitpid");
    long options = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEEXEC | PTRACE_O_TRACEFORK |
                   PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE;
    if (ptrace(PTRACE_SEIZE, pid, 0, options) < 0) die("ptrace");
    add(pid, wanted ? OTHER : created++)->begun = 1;
    kill(pid, SIGCONT);
}

static volatile sig_atomic_t interrupted;

static void tick(int signal)
{
    if (signal == SIGTERM) interrupted = 1;
}

static void place(const char *text, const char **rest)
{
    char *end;
    at_process = (int)strtol(text, &end, 10);
    at_call = (unsigned)strtoul(end + 1, &end, 10);
    *rest = end + 1;
}

int main(int argc, char **argv)
{
    const char *rest;
    int option;
    while ((option = getopt(argc, argv, "+o:ce:k:x:q:sf:g:t:")) != -1) {
        if (option == 'o') report = fopen(optarg, "we");
        else if (option == 'c') list = 1;
        else if (option == 'e') action = FAIL, place(optarg, &rest), with_errno = atoi(rest);
        else if (option == 'k') action = KILL, place(optarg, &targets);
        else if (option == 'x') later = optarg;
        else if (option == 'q') quiet = atol(optarg);
        else if (option == 's') session = 1;
        else if (option == 'f') wanted = optarg;
        else if (option == 'g') grace = atol(optarg);
        else if (option == 't') limit = atol(optarg);
        else return 125;
    }
    if (!report || optind == argc) return 125;
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    /* What interrupts waitpid: no SA_RESTART. */
    sigaction(SIGALRM, &(struct sigaction){.sa_handler = tick}, NULL);
    /* Whoever interrupts the tests ends the container, too. */
    sigaction(SIGTERM, &(struct sigaction){.sa_handler = tick}, NULL);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    setitimer(ITIMER_REAL, &(struct itimerval){{0, 50000}, {0, 50000}}, NULL);
    started = now();
    launch(argv + optind);
    for (int file = 0; file < 64; file++)
        if (file != fileno(report) && file != status_reader) close(file); /* whoever reads sees the program's end */

    for (;;) {
        int status;
        pid_t pid = waitpid(-1, &status, __WALL);
        if (pid < 0 && errno == ECHILD) break;
        if (pid > 0 && WIFSTOPPED(status)) stopped(pid, status);
        else if (pid > 0) ended_with(pid, status);
        if (held && !targets_live()) {
            struct process *p = held;
            held = NULL;
            go_on(p, 0);
        }
        long time = now();
        read_status();
        if (*later && executed_at >= 0 && time - executed_at > 200) {
            done = 1;
            hit_at = time;
            fprintf(report, "hit 0 0 0 0 0\n");
            kill_all(later);
            later = "";
        }
        /* What has never been hit gets more time: it may still come to it. */
        long since = hit_at < 0 ? executed_at + 2000 : hit_at > executed_at ? hit_at : executed_at;
        if (quiet >= 0 && ended < 0 && executed_at >= 0 && time - since > quiet) {
            fprintf(report, "stopped\n");
            done = 1; /* calls of its end are not the ones that were meant */
            kill(numbered(0)->pid, SIGTERM);
            quiet = -1;
        }
        if (interrupted) sweep("interrupted");
        else if (ended >= 0 && time - ended > grace) sweep("left");
        else if (time - started > limit) sweep("hang");
    }
    read_status();
    fprintf(report, "clean %ld\n", ended < 0 ? 0 : now() - ended);
    fclose(report);
    return 0;
}

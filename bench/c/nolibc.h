/*
 * Enough to write programs without a C library: the system call, an entry, and a clone whose child has a stack
 * of its own.
 */
#include <linux/capability.h>
#include <linux/errno.h>
#include <linux/fcntl.h>
#include <linux/futex.h>
#include <linux/mount.h>
#include <linux/prctl.h>
#include <linux/sched.h>
#include <linux/sockios.h>
#include <linux/types.h>
#include <asm/unistd.h>

#define AF_INET 2
#define SOCK_DGRAM 2
#define IFF_UP_RUNNING 0x41
#define O_CLOEXEC 02000000
#define O_PATH 010000000
#define S_IFCHR 0020000
#define SIGCHLD 17
#define MNT_DETACH 2
#define AT_REMOVEDIR 0x200
#define CLONE_INTO_CGROUP_FLAG 0x200000000ULL

/* <linux/if.h> would bring a C library's headers along. */
struct interface_request { char name[16]; short flags; char rest[22]; };

static inline long sys(long number, long a, long b, long c, long d, long e, long f)
{
#if defined __x86_64__
    register long r10 __asm__("r10") = d;
    register long r8 __asm__("r8") = e;
    register long r9 __asm__("r9") = f;
    long result;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "0"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                     : "rcx", "r11", "memory");
    return result;
#elif defined __aarch64__
    register long x8 __asm__("x8") = number;
    register long x0 __asm__("x0") = a;
    register long x1 __asm__("x1") = b;
    register long x2 __asm__("x2") = c;
    register long x3 __asm__("x3") = d;
    register long x4 __asm__("x4") = e;
    register long x5 __asm__("x5") = f;
    __asm__ volatile("svc #0"
                     : "+r"(x0)
                     : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5)
                     : "memory");
    return x0;
#endif
}

#define PICK(_0, _1, _2, _3, _4, _5, _6, NAME, ...) NAME
#define L(value) ((long)(value))
#define call0(n) sys(n, 0, 0, 0, 0, 0, 0)
#define call1(n, a) sys(n, L(a), 0, 0, 0, 0, 0)
#define call2(n, a, b) sys(n, L(a), L(b), 0, 0, 0, 0)
#define call3(n, a, b, c) sys(n, L(a), L(b), L(c), 0, 0, 0)
#define call4(n, a, b, c, d) sys(n, L(a), L(b), L(c), L(d), 0, 0)
#define call5(n, a, b, c, d, e) sys(n, L(a), L(b), L(c), L(d), L(e), 0)
#define call6(n, a, b, c, d, e, f) sys(n, L(a), L(b), L(c), L(d), L(e), L(f))
/* call(__NR_close, fd): errors are negative numbers, as the kernel returns them. */
#define call(...) PICK(__VA_ARGS__, call6, call5, call4, call3, call2, call1, call0)(__VA_ARGS__)

/* clone3 for CLONE_VM: the child runs `child` on `stack_top` and never returns. */
static inline long clone_vm(void *args, long size, void (*child)(void), char *stack_top)
{
#if defined __x86_64__
    long result;
    __asm__ volatile("syscall\n\t"
                     "test %%rax, %%rax\n\t"
                     "jnz 1f\n\t"
                     "mov %[stack], %%rsp\n\t"
                     "call *%[child]\n\t"
                     "hlt\n"
                     "1:"
                     : "=a"(result)
                     : "0"(435L), "D"(args), "S"(size), [child] "r"(child), [stack] "r"(stack_top)
                     : "rcx", "r11", "memory", "cc");
    return result;
#elif defined __aarch64__
    register long x8 __asm__("x8") = 435;
    register long x0 __asm__("x0") = (long)args;
    register long x1 __asm__("x1") = size;
    __asm__ volatile("svc #0\n\t"
                     "cbnz x0, 1f\n\t"
                     "mov sp, %[stack]\n\t"
                     "blr %[child]\n"
                     "1:"
                     : "+r"(x0)
                     : "r"(x8), "r"(x1), [child] "r"(child), [stack] "r"(stack_top)
                     : "memory", "cc", "x30");
    return x0;
#endif
}

/* The kernel starts here, with argc, argv and the environment on the stack. */
#if defined __x86_64__
__asm__(".globl _start\n_start:\n\tmov %rsp, %rdi\n\tand $-16, %rsp\n\tcall begin\n\thlt\n");
#elif defined __aarch64__
__asm__(".globl _start\n_start:\n\tmov x0, sp\n\tbl begin\n");
#endif
__attribute__((noreturn, used)) void begin(long *stack);

__attribute__((noreturn)) static inline void leave(int status)
{
    for (;;) call(__NR_exit_group, status);
}

static inline long length(const char *text)
{
    long n = 0;
    while (text[n] != 0) n++;
    return n;
}

static char child_stack[4096] __attribute__((aligned(16)));
#define CHILD_STACK (child_stack + sizeof child_stack)

/* The digits of a number, right-aligned behind padding. */
__attribute__((unused)) static void decimal(char *at, int width, unsigned long value, char pad)
{
    int i = width;
    do {
        at[--i] = '0' + value % 10;
        value /= 10;
    } while (value != 0 && i > 0);
    while (i > 0) at[--i] = pad;
}

import { AT } from '../linux/flags.ts';
import { limitNumber, processLimits, UNLIMITED } from '../linux/process-limits.ts';
import { verdictText } from '../linux/system-call-filter.ts';
import type { StepOf } from '../plan/plan.ts';
import { address, field, flags, int, load, NULL, string } from '../program/operands.ts';
import { programBytes } from '../seccomp/bpf.ts';
import { filterProgram } from '../seccomp/program.ts';
import { type Assembly, words } from './assembly.ts';

/** The console is given away first: that takes a right. */
export function lowerIdentityUser(out: Assembly, step: StepOf<'identity.user'>): void {
  const own = [int(0), string(''), int(step.uid), int(-1), flags(AT, 'AT_EMPTY_PATH')];
  out.call('fchownat', own);
  becomeUser(out, step);
}

/**
 * A change of user loses what `parent.watch` has asked for. If the supervisor is killed just then, the guard ends init.
 * @see setresuid(2), PR_SET_PDEATHSIG(2const)
 */
export function becomeUser(out: Assembly, { uid, gid, groups }: StepOf<'identity.user'>): void {
  const list = words(...groups.map((each) => [4, each] as const));
  const text = `[${groups.join(', ')}]`;
  out.call('setgroups', [int(groups.length), out.constant('groups', list, text)]);
  out.call('setresgid', [int(gid), int(gid), int(gid)]);
  out.call('setresuid', [int(uid), int(uid), int(uid)]);
  out.call('prctl', [int(1, 'PR_SET_PDEATHSIG'), int(9, 'SIGKILL')]);
}

/** Those of the caller, where they are lower. @see getrlimit(2), prlimit */
export function lowerLimitsRaise(out: Assembly, { limits }: StepOf<'limits.raise'>): void {
  out.variable('inherited', 16);
  const most = field('inherited', 8, 8);
  for (const { name, hard } of limits) {
    const enough = out.fresh('enough');
    const which = int(processLimits[name], `RLIMIT_${name.toUpperCase()}`);
    const wanted = limitNumber(hard);
    out.call('prlimit64', [int(0), which, NULL, address('inherited')]);
    // A comparison takes both for signed, and without a limit it is -1.
    out.branch(load(most), '<', int(0), enough);
    if (wanted < 1n << 63n) out.branch(load(most), '>=', int(wanted), enough);
    out.store(most, int(BigInt.asIntN(64, wanted)));
    const text = `{rlim_cur=inherited, rlim_max=${limitText(hard)}}`;
    out.call('prlimit64', [int(0), which, address('inherited', text), NULL]);
    out.label(enough);
  }
}

/** @see getrlimit(2), prlimit */
export function lowerLimitsSet(out: Assembly, { limits }: StepOf<'limits.set'>): void {
  for (const { name, soft, hard } of limits) {
    const bytes = words([8, limitNumber(soft)], [8, limitNumber(hard)]);
    const text = `{rlim_cur=${limitText(soft)}, rlim_max=${limitText(hard)}}`;
    out.call('prlimit64', [
      int(0),
      int(processLimits[name], `RLIMIT_${name.toUpperCase()}`),
      out.constant(`limit_${name}`, bytes, text),
      NULL,
    ]);
  }
}

const limitText = (limit: string): string => (limit === UNLIMITED ? 'RLIM64_INFINITY' : limit);

const flagBits = { log: 2, spec_allow: 4 } as const;

/** @see seccomp(2), SECCOMP_SET_MODE_FILTER */
export function lowerSyscallsFilter(out: Assembly, filter: StepOf<'syscalls.filter'>): void {
  const program = filterProgram(filter, out.arch);
  out.define({ kind: 'constant', name: 'filter', bytes: programBytes(program) });
  out.define({
    kind: 'variable',
    name: 'filter_program',
    size: 16,
    initial: words([8, program.length], [8, 0]), // struct sock_fprog
    pointers: [{ offset: 8, target: address('filter') }],
  });
  const flags = filter.flags ?? [];
  const bits = flags.reduce((sum, flag) => sum | flagBits[flag], 0);
  const names = flags.map((flag) => `SECCOMP_FILTER_FLAG_${flag.toUpperCase()}`).join('|') || '0';
  const otherwise = verdictText(filter.otherwise);
  const text = `{len=${program.length}, filter=&filter /* else ${otherwise} */}`;
  out.call('seccomp', [
    int(1, 'SECCOMP_SET_MODE_FILTER'),
    int(bits, names),
    address('filter_program', text),
  ]);
}

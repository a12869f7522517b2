import { readFileSync } from 'node:fs';
import { compileEntry } from '../../assemble.ts';
import { notEntered, notRunning } from '../../diagnostics/catalog/cli.ts';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { runEntry } from '../../exec/enter.ts';
import { strerror } from '../../exec/libc.ts';
import { runtimeDirectory } from '../../facts/probe.ts';
import { errnoName } from '../../linux/errno.ts';
import { entrySteps, exitStatus } from '../../lower/enter.ts';
import type { Plan } from '../../plan/plan.ts';
import { readPlan } from '../../plan/read.ts';
import { findRunning } from '../../state/running.ts';
import { Failure, tell } from '../failure.ts';
import { findDomain, notesOf } from '../find-domain.ts';
import { needRoot } from '../launch.ts';

interface Options {
  /** For scripts of virsh: there is no label to take. */
  readonly noseclabel?: boolean;
}

/** Without a command: a login shell. */
const SHELL: readonly [string, ...string[]] = ['/bin/sh', '-l'];

/** Executes a command in the namespaces of a container, with the rights of its init. Its status is that of this command. */
export async function enter(
  domain: string,
  command: readonly string[],
  _options: Options,
): Promise<void> {
  needRoot();
  const running = findDomain(domain);
  const { name, initPid } = running;
  const planJson = notesOf(running)?.planJson;
  if (initPid === undefined || planJson === undefined) throw new Failure([notRunning(domain)]);
  const { plan, diagnostics } = readPlan(name, planJson);
  if (plan === undefined) throw new Failure(diagnostics, new Map([[name, planJson]]));
  const words = withoutOptions(command);
  const [program = SHELL[0], ...rest] = words.length === 0 ? SHELL : words;
  const { stdin, stdout } = process;
  const isTerminal = stdin.isTTY && stdout.isTTY;
  const { TERM } = process.env;
  const elf = compileEntry(
    {
      plan,
      paths: pathsOf(program, plan),
      argv: [program, ...rest],
      isTerminal,
      environment: isTerminal && TERM !== undefined ? [`TERM=${TERM}`] : [],
      permitted: ownCapabilities(),
    },
    plan.arch,
  );
  const isInit = () => findRunning(runtimeDirectory(), name)?.initPid === initPid;
  const run = (stdio: Parameters<typeof runEntry>[3]) => runEntry(elf, initPid, isInit, stdio);
  const entered = isTerminal
    ? await (await import('../terminal-session.ts')).onTerminal(initPid, run)
    : await untilItEnds(() => run(['inherit', 'inherit', 'inherit']));
  if (entered === undefined) throw new Failure([notRunning(domain)]);
  if (entered.kind === 'ended') {
    process.exitCode = entered.status;
    return;
  }
  const { step, errno } = entered;
  tell([failure(domain, program, entrySteps[step] ?? '?', errno)], new Map());
  process.exitCode = statusOf(step, errnoName(errno));
}

/** virsh takes its option behind the domain, too. What stands behind `--` is the command. */
function withoutOptions(words: readonly string[]): readonly string[] {
  const [first] = words;
  if (first === '--') return words.slice(1);
  return first === '--noseclabel' ? withoutOptions(words.slice(1)) : words;
}

/** `^C` is for the command; this process tells how that took it. */
async function untilItEnds<T>(act: () => Promise<T>): Promise<T> {
  const ignore = () => undefined;
  process.on('SIGINT', ignore);
  try {
    return await act();
  } finally {
    process.off('SIGINT', ignore);
  }
}

/** @see proc_pid_status(5), CapPrm */
const ownCapabilities = (): bigint =>
  BigInt(`0x${/^CapPrm:\t([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]}`);

/** A name without a slash is looked for where init would look. */
function pathsOf(program: string, { steps }: Plan): readonly string[] {
  if (program.includes('/')) return [program];
  const environment = steps.flatMap((step) => (step.op === 'exec' ? step.environment : []));
  const path =
    environment.find((each) => each.startsWith('PATH='))?.slice('PATH='.length) ?? '/bin';
  return path.split(':').map((folder) => `${folder}/${program}`);
}

function failure(domain: string, program: string, step: string, errno: number): Diagnostic {
  const what = step === 'execute the program' ? `execute '${program}'` : step;
  return notEntered(domain, what, errnoName(errno), strerror(errno));
}

const EXECUTION = entrySteps.indexOf('execute the program');

function statusOf(step: number, errno: string): number {
  if (step !== EXECUTION) return exitStatus.failed;
  return errno === 'ENOENT' || errno === 'ENOTDIR' ? exitStatus.notFound : exitStatus.notExecutable;
}

import { compilePlan } from '../../compile.ts';
import {
  alreadyRunning,
  programNotRun,
  stepFailed,
  supervisorLost,
} from '../../diagnostics/catalog/cli.ts';
import { notRoot } from '../../diagnostics/catalog/passes.ts';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { LibcError, strerror, waitFor } from '../../exec/libc.ts';
import { type Run, runProgram, type Started } from '../../exec/run.ts';
import { runtimeDirectory } from '../../facts/probe.ts';
import { errnoName } from '../../linux/errno.ts';
import type { WindowSize } from '../../lower/supervise.ts';
import { describe } from '../../plan/describe.ts';
import { lineSpan } from '../../plan/line-span.ts';
import type { Plan } from '../../plan/plan.ts';
import { printDomainXml } from '../../print/domain-xml.ts';
import { cleanName, journalOf } from '../../state/clean.ts';
import { Failure, failOn, leftovers } from '../failure.ts';
import { BROKEN_PIPE, print } from '../output.ts';
import { planDomain } from '../planning.ts';

interface Options {
  readonly console?: boolean;
}

/** Success is reported only when init has really been executed. */
export async function create(file: string, options: Options): Promise<void> {
  const euid = process.geteuid?.() ?? -1;
  if (euid !== 0) throw new Failure([notRoot(euid)]);
  const { plan, domain, sources } = await planDomain(file, {});
  const withConsole = options.console === true;
  const elf = compilePlan(plan, {
    arch: plan.arch,
    mode: { kind: 'detached', client: withConsole, ...(withConsole ? terminalSize() : {}) },
    domainXml: printDomainXml(domain),
  });
  undoForgotten(plan);
  const run = runOrFail(plan.name, elf, withConsole);
  if (run.started.kind !== 'started')
    throw new Failure([failure(file, plan, run.started, sources)], sources);
  print(`Domain '${plan.name}' created from ${file}\n\n`);
  if (!withConsole) return;
  if (process.stdin.isTTY) {
    print(`Connected to domain '${plan.name}'\nEscape character is ^] (Ctrl + ])\n`);
  }
  const { relayConsole } = await import('../relay.ts');
  const how = await relayConsole(run);
  if (how === 'ended') process.exitCode = waitFor(run.supervisorPid);
  if (how === 'unread') process.exitCode = BROKEN_PIPE;
}

/** A killed supervisor may have left what the journal of this start would no longer know of. */
function undoForgotten(plan: Plan): void {
  const lines = plan.steps.flatMap((step) => (step.op === 'state.journal' ? step.lines : []));
  const isKnown = (line: string) => lines.includes(line);
  const directory = runtimeDirectory();
  if (journalOf(directory, plan.name).every(isKnown)) return;
  const left = cleanName(directory, plan.name).left.filter(({ path }) => !isKnown(`rmdir ${path}`));
  failOn(leftovers(plan.name, left));
}

function runOrFail(name: string, elf: Uint8Array, withConsole: boolean): Run {
  try {
    return runProgram(elf, withConsole);
  } catch (cause) {
    if (!(cause instanceof LibcError)) throw cause;
    const reason = `${errnoName(cause.errno)} (${strerror(cause.errno)})`;
    throw new Failure([programNotRun(name, cause.call, reason)]);
  }
}

function terminalSize(): { readonly size?: WindowSize } {
  const { isTTY, rows, columns } = process.stdout;
  return isTTY ? { size: { rows, columns } } : {};
}

function failure(
  file: string,
  plan: Plan,
  started: Exclude<Started, { kind: 'started' }>,
  sources: ReadonlyMap<string, string>,
): Diagnostic {
  if (started.kind === 'lost') return supervisorLost(plan.name);
  const step = plan.steps[started.step - 1];
  const errno = errnoName(started.errno);
  if (step === undefined) return supervisorLost(plan.name);
  if (step.op === 'state.lock' && (errno === 'EAGAIN' || errno === 'EACCES'))
    return alreadyRunning(plan.name);
  const place = { id: step.id, text: describe(step), span: lineSpan(step.origin, sources) };
  return stepFailed(plan.name, place, { errno, reason: strerror(started.errno) }, file);
}

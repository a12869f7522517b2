import { compilePlan } from '../../compile.ts';
import { alreadyRunning, stepFailed, supervisorLost } from '../../diagnostics/catalog/cli.ts';
import { notRoot } from '../../diagnostics/catalog/passes.ts';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { type Run, runProgram, type Started } from '../../exec/run.ts';
import { errnoName } from '../../linux/errno.ts';
import { describe } from '../../plan/describe.ts';
import type { Plan } from '../../plan/plan.ts';
import { printDomainXml } from '../../print/domain-xml.ts';
import { Failure, planFile } from '../context.ts';
import { lineSpan } from '../line-span.ts';

interface Options {
  readonly console?: boolean;
}

/** Success is reported only when init has really been executed. */
export async function create(file: string, options: Options): Promise<void> {
  const euid = process.geteuid?.() ?? -1;
  if (euid !== 0) throw new Failure([notRoot(euid)]);
  const { plan, domain, sources } = await planFile(file, {});
  const withConsole = options.console === true;
  const elf = compilePlan(plan, {
    arch: plan.arch,
    mode: { kind: 'detached', client: withConsole },
    domainXml: printDomainXml(domain),
  });
  const run = runProgram(elf, withConsole);
  if (run.console !== undefined) relay(run.console);
  const started = await run.started;
  if (started.kind !== 'started') {
    process.stdin.destroy();
    throw new Failure([failure(plan, started, sources)], sources);
  }
  process.stdout.write(`Domain '${plan.name}' created from ${file}\n\n`);
  if (run.console === undefined) return run.detach();
  process.exitCode = await run.ended;
  if (process.stdin.isTTY) process.stdin.setRawMode(false);
  process.stdin.destroy();
}

function failure(
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
  return stepFailed(
    plan.name,
    `step ${step.id} ${describe(step)}`,
    errno,
    lineSpan(step.origin, sources),
  );
}

function relay({ input, output }: NonNullable<Run['console']>): void {
  if (process.stdin.isTTY) process.stdin.setRawMode(true);
  input.on('error', () => undefined); // init ended before it had read all
  output.pipe(process.stdout, { end: false });
  process.stdin.pipe(input); // its end reaches the container as ^D
}

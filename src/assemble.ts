import { generate } from './codegen/generate.ts';
import { excerpt, type Sources } from './diagnostics/render.ts';
import type { Arch } from './facts/facts.ts';
import { type Entry, lowerEnter } from './lower/enter.ts';
import { lower } from './lower/lower.ts';
import type { Mode } from './lower/mode.ts';
import { programNotes } from './notes.ts';
import { explainSelection, explainStep } from './plan/explain.ts';
import { lineSpan } from './plan/line-span.ts';
import type { Plan, PlanStep } from './plan/plan.ts';
import type { Selection } from './plan/select.ts';
import { writePlan } from './plan/write.ts';
import { printSyscalls, stepSyscalls } from './program/print.ts';

export interface CompileOptions {
  readonly arch: Arch;
  readonly mode: Mode;
  /** The live XML, for `dumpxml`; a plan that was read from a file has none. */
  readonly domainXml?: string;
  /** Who compiles it, for `--version`: `lxplain 0.1.0`. */
  readonly madeBy?: string;
}

/** The plan as an ELF executable that holds the plan itself and the domain in notes. */
export function compilePlan(plan: Plan, options: CompileOptions): Uint8Array {
  const { arch, mode, domainXml } = options;
  const notes = { planJson: writePlan(plan), ...(domainXml === undefined ? {} : { domainXml }) };
  return generate(
    lower(plan, arch, mode, options),
    arch,
    programNotes(notes, mode.kind === 'foreground'),
  );
}

/** The program that executes another one in a container that runs. */
export const compileEntry = (entry: Entry, arch: Arch): Uint8Array =>
  generate(lowerEnter(entry, arch), arch, []);

/** The system calls of the compiled program, by step, in strace's syntax. */
export const printPlanSyscalls = (plan: Plan, arch: Arch): string =>
  printSyscalls(lower(plan, arch, { kind: 'foreground', client: false }));

/** All that there is to say of a step; undefined if the plan has no such step. */
export function explain(plan: Plan, id: number, sources: Sources): string | undefined {
  const step = plan.steps[id - 1];
  return step === undefined
    ? undefined
    : explainSteps(plan, { by: 'number', steps: [step] }, sources);
}

/** All that there is to say of each, if they were chosen by their numbers or there is only one; else a list of them. */
export function explainSteps(plan: Plan, selection: Selection, sources: Sources): string {
  const { by, steps } = selection;
  const first = steps[0];
  if (by !== 'number' && steps.length > 1)
    return explainSelection(plan, selection, by === 'line' ? excerptOf(first, sources) : []);
  const program = lower(plan, plan.arch, { kind: 'foreground', client: false });
  return steps
    .map((step) =>
      explainStep(plan, step, {
        excerpt: excerptOf(step, sources),
        syscalls: stepSyscalls(program, step.id),
      }),
    )
    .join('\n');
}

function excerptOf(step: PlanStep | undefined, sources: Sources): readonly string[] {
  const span = step === undefined ? undefined : lineSpan(step.origin, sources);
  return span === undefined ? [] : excerpt(span, sources);
}

import { makePlan, type Read, readDomain, wantedFacts } from '../compile.ts';
import { archUnknown, planComplete } from '../diagnostics/catalog/cli.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { inOrder, type Sources } from '../diagnostics/render.ts';
import type { Arch, HostFacts } from '../facts/facts.ts';
import { probeFacts } from '../facts/probe.ts';
import type { Domain } from '../ir/domain.ts';
import { runPasses } from '../passes/pipeline.ts';
import { joinDiagnostics } from '../passes/warn-privileges.ts';
import type { Plan } from '../plan/plan.ts';
import { Failure, tell } from './failure.ts';
import { readText } from './text-file.ts';

/** A plan, and the texts that its origins point to. */
export interface Planned {
  readonly plan: Plan;
  readonly sources: Sources;
  /** A plan that was read from a file has none. */
  readonly domain?: Domain;
}

export interface PlanOptions {
  readonly facts?: string;
  readonly arch?: string;
}

/** From a domain file to its plan, for this machine or the one whose facts are given. Prints warnings. */
export async function planDomain(file: string, options: PlanOptions): Promise<Required<Planned>> {
  return planText(file, readText(file), options);
}

/** The same, or the plan itself from a file that holds one. */
export async function planFile(file: string, options: PlanOptions): Promise<Planned> {
  const text = readText(file);
  if (!isPlan(text)) return planText(file, text, options);
  if (options.facts !== undefined || options.arch !== undefined)
    throw new Failure([planComplete(file)]);
  const { readPlan } = await import('../plan/read.ts');
  const { plan, diagnostics } = readPlan(file, text);
  const sources = new Map([[file, text]]);
  if (plan === undefined) throw new Failure(diagnostics, sources);
  return { plan, sources };
}

const isPlan = (text: string): boolean => text.trimStart().startsWith('{');

async function planText(
  file: string,
  text: string,
  options: PlanOptions,
): Promise<Required<Planned>> {
  const read = await readForMachine(file, text, options);
  const { facts, sources } = read;
  const { domain, plan, diagnostics } = makePlan(read.domain, facts, sources);
  const all = joinDiagnostics(read.diagnostics, diagnostics);
  if (plan === undefined) throw new Failure(all, sources);
  tell(all, sources);
  return { domain, plan, sources };
}

/** A domain as it was read, before any pass, and the facts of the machine that it is meant for. */
export async function readForMachine(
  file: string,
  text: string,
  options: PlanOptions,
): Promise<Required<Read> & { readonly facts: HostFacts }> {
  const given = options.facts === undefined ? undefined : await factsIn(options.facts);
  const { domain, diagnostics, sources } = await readDomainText(file, text, given?.memoryTotalKiB);
  if (domain === undefined) throw new Failure(diagnostics, sources);
  const facts = forArch(given ?? probeFacts(wantedFacts(domain)), options);
  return { domain, diagnostics, sources, facts };
}

/** All that can be said about a domain file, in the order of the text: what cannot be read is said too. */
export async function diagnose(
  file: string,
  options: PlanOptions,
): Promise<{ readonly diagnostics: readonly Diagnostic[]; readonly sources: Sources }> {
  try {
    const text = readText(file);
    if (isPlan(text)) {
      const { sources } = await planFile(file, options);
      return { diagnostics: [], sources };
    }
    const { domain, facts, diagnostics, sources } = await readForMachine(file, text, options);
    const { diagnostics: more } = runPasses(domain, facts);
    return { diagnostics: inOrder(joinDiagnostics(diagnostics, more)), sources };
  } catch (cause) {
    if (!(cause instanceof Failure)) throw cause;
    return { diagnostics: inOrder(cause.diagnostics), sources: cause.sources };
  }
}

/** Domain XML or an lxc config, which takes the memory of the host where it has none. */
export async function readDomainText(
  file: string,
  text: string,
  memoryKiB?: number,
): Promise<Read> {
  const { lxcHost } = await import('./lxc-host.ts');
  return readDomain(file, text, lxcHost(memoryKiB === undefined ? {} : { memoryKiB }));
}

const forArch = (facts: HostFacts, { arch }: PlanOptions): HostFacts =>
  arch === undefined ? facts : { ...facts, arch: archOf(arch) };

export function archOf(text: string): Arch {
  if (text === 'x86_64' || text === 'aarch64') return text;
  throw new Failure([archUnknown(text)]);
}

/** The facts of a machine from a file. */
export async function factsIn(file: string): Promise<HostFacts> {
  const { readFacts } = await import('../facts/read.ts');
  const text = readText(file);
  const { value, diagnostics } = readFacts(file, text);
  if (value === undefined) throw new Failure(diagnostics, new Map([[file, text]]));
  return value;
}

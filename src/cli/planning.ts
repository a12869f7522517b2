import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { makePlan, type Read, readDomain } from '../compile.ts';
import { archUnknown, planComplete } from '../diagnostics/catalog/cli.ts';
import { planStaleWarning } from '../diagnostics/catalog/plan.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Origin } from '../diagnostics/origin.ts';
import { inOrder, type Sources } from '../diagnostics/render.ts';
import type { Arch, HostFacts } from '../facts/facts.ts';
import { probeFacts, runtimeDirectory } from '../facts/probe.ts';
import type { LxcVersion } from '../frontend/lxc/versions.ts';
import type { Domain } from '../ir/domain.ts';
import { pipeline, runPasses } from '../passes/pipeline.ts';
import { wantedFacts } from '../passes/wanted.ts';
import { joinDiagnostics } from '../passes/warn-privileges.ts';
import type { Plan } from '../plan/plan.ts';
import { printDomainXml } from '../print/domain-xml.ts';
import { Failure, refuseAny, tell } from './failure.ts';
import {
  A_DOMAIN,
  type Input,
  isDomain,
  type ProgramInput,
  readInput,
  type TextInput,
  wrongKind,
} from './input.ts';

/** A plan, and the texts that its origins point to. */
export interface Planned {
  readonly plan: Plan;
  readonly sources: Sources;
  /** The domain that it is the plan of; a plan that was read from a file has none. */
  readonly domainXml?: () => string;
  /** Made now for this machine, or for the one whose facts are given; else it was read, and may fit no more. */
  readonly isFresh: boolean;
}

export interface PlanOptions {
  readonly facts?: string;
  readonly arch?: string;
  /** Which lxc a config is for. */
  readonly lxcVersion?: LxcVersion;
  /** A warning is an error. */
  readonly strict?: boolean;
}

/**
 * From a domain to its plan, for this machine or the one whose facts are given; prints warnings. Or the plan itself
 * out of a file or a compiled program that holds one.
 */
export async function planFile(path: string, options: PlanOptions): Promise<Planned> {
  return planInput(readInput(path), options);
}

/** The same of what has been read. */
export async function planInput(input: Input, options: PlanOptions): Promise<Planned> {
  const { diagnostics, ...planned } = await quietPlan(input, options);
  if (options.strict === true) refuseAny(diagnostics, planned.sources);
  tell(diagnostics, planned.sources);
  return planned;
}

/** The same with the warnings, which it does not print. @throws Failure if there is no plan */
export async function quietPlan(
  input: Input,
  options: PlanOptions,
): Promise<Planned & { readonly diagnostics: readonly Diagnostic[] }> {
  if (isDomain(input)) return planDomain(input, options);
  const { file } = input;
  const { text, domainXml } = givenPlan(input);
  if (options.facts !== undefined || options.arch !== undefined)
    throw new Failure([planComplete(file)]);
  const { readPlan } = await import('../plan/read.ts');
  const { plan, diagnostics } = readPlan(file, text);
  const sources = new Map([[file, text]]);
  if (plan === undefined) throw new Failure(diagnostics, sources);
  return {
    plan,
    sources,
    diagnostics: [],
    isFresh: false,
    ...(domainXml === undefined ? {} : { domainXml: () => domainXml }),
  };
}

/** What `planInput` can make a plan of, or read one out of. */
const PLANNABLE = 'a domain, a plan or a compiled program';

/** The text of a plan, and the domain beside it. @throws Failure if the input holds none */
function givenPlan(input: Input): { readonly text: string; readonly domainXml?: string } {
  if (input.kind === 'plan') return input;
  const { notes } = input as ProgramInput;
  if (input.kind !== 'program' || notes === undefined) throw wrongKind(input, PLANNABLE);
  const { planJson, domainXml } = notes;
  return { text: planJson, ...(domainXml === undefined ? {} : { domainXml }) };
}

async function planDomain(input: TextInput, options: PlanOptions) {
  const read = await readForMachine(input, options);
  const { facts, sources } = read;
  const { domain, plan, diagnostics } = makePlan(read.domain, facts, sources);
  const all = joinDiagnostics(read.diagnostics, diagnostics);
  if (plan === undefined) throw new Failure(all, sources);
  const domainXml = () => printDomainXml(domain);
  return { plan, sources, diagnostics: all, domainXml, isFresh: true };
}

/** A domain as it was read, before any pass, and the facts of the machine that it is meant for. */
export async function readForMachine(
  input: Input,
  options: PlanOptions,
): Promise<Required<Omit<Read, 'understood'>> & { readonly facts: HostFacts }> {
  const given = options.facts === undefined ? undefined : await factsIn(options.facts);
  const { domain, diagnostics, sources } = await readDomainInput(
    input,
    given?.memoryTotalKiB,
    options.lxcVersion,
  );
  if (domain === undefined) throw new Failure(diagnostics, sources);
  const facts = forArch(given ?? factsFor(domain), options);
  return { domain, diagnostics, sources, facts };
}

const factsFor = (domain: Domain): HostFacts =>
  probeFacts((machine) => wantedFacts(domain, machine));

/** What a plan that was made earlier takes for given, and this machine, or the one of the facts, has not. */
export async function differencesOf(plan: Plan, facts?: HostFacts): Promise<readonly string[]> {
  const { differences, wantedByPlan } = await import('../plan/stale.ts');
  return differences(plan, facts ?? probeFacts(() => wantedByPlan(plan)));
}

/**
 * All that can be said about a domain file, in the order of the text: what cannot be read is said too, and what
 * could be understood is judged all the same.
 */
export async function diagnose(
  path: string,
  options: PlanOptions,
): Promise<{ readonly diagnostics: readonly Diagnostic[]; readonly sources: Sources }> {
  try {
    const input = readInput(path);
    if (!isDomain(input)) {
      const { plan, sources } = await planInput(input, {});
      const { facts, arch } = options;
      const given = facts === undefined ? undefined : forArch(await factsIn(facts), options);
      if (given === undefined && arch !== undefined) throw new Failure([planComplete(input.file)]);
      const stale = await differencesOf(plan, given);
      const taken = given === undefined ? await takenName(plan.name) : [];
      return {
        diagnostics: [
          ...(stale.length === 0 ? [] : [planStaleWarning(input.file, stale)]),
          ...taken,
        ],
        sources,
      };
    }
    const given = options.facts === undefined ? undefined : await factsIn(options.facts);
    const read = await readDomainInput(input, given?.memoryTotalKiB, options.lxcVersion);
    const { diagnostics, sources } = read;
    const { domain, doubts } =
      read.domain === undefined
        ? (read.understood ?? { domain: undefined })
        : { domain: read.domain, doubts: new Set<string>() };
    if (domain === undefined) return { diagnostics: inOrder(diagnostics), sources };
    const facts = forArch(given ?? factsFor(domain), options);
    const { diagnostics: more } = runPasses(domain, facts, pipeline, doubts);
    const { value, origin } = domain.name;
    const taken = given === undefined ? await takenName(value, origin) : [];
    return { diagnostics: inOrder([...joinDiagnostics(diagnostics, more), ...taken]), sources };
  } catch (cause) {
    if (!(cause instanceof Failure)) throw cause;
    return { diagnostics: inOrder(cause.diagnostics), sources: cause.sources };
  }
}

/** Hardly ever is there something of the name, and then only is it looked at. */
async function takenName(name: string, at?: Origin): Promise<readonly Diagnostic[]> {
  const directory = runtimeDirectory();
  if (!existsSync(join(directory, name))) return [];
  return (await import('./name-taken.ts')).tellTaken(directory, name, at);
}

/** A domain in any form. A config of lxc-tools takes the memory of the host where it has none. */
export async function readDomainInput(
  input: Input,
  memoryKiB?: number,
  version?: LxcVersion,
): Promise<Read> {
  if (!isDomain(input)) throw wrongKind(input, A_DOMAIN);
  // Facts of another machine: what is missing on this one says nothing.
  const machine = memoryKiB === undefined ? { runs: true } : { memoryKiB };
  const host = input.kind === 'lxc' ? (await import('./lxc-host.ts')).lxcHost(machine) : undefined;
  return readDomain(input.file, input.text, host, version);
}

const forArch = (facts: HostFacts, { arch }: PlanOptions): HostFacts =>
  arch === undefined ? facts : { ...facts, arch: archOf(arch) };

/** As the kernel calls them, and as Debian and others do. */
const archs: ReadonlyMap<string, Arch> = new Map([
  ['x86_64', 'x86_64'],
  ['amd64', 'x86_64'],
  ['aarch64', 'aarch64'],
  ['arm64', 'aarch64'],
]);

export function archOf(text: string): Arch {
  const arch = archs.get(text);
  if (arch !== undefined) return arch;
  throw new Failure([archUnknown(text)]);
}

/** The facts of a machine from a file. */
export async function factsIn(path: string): Promise<HostFacts> {
  const input = readInput(path);
  // A text of no known kind is read as facts: that says what it lacks.
  const isOther = !('text' in input) || !['facts', 'json', 'xml'].includes(input.kind);
  if (isOther || /^\s*</.test(input.text))
    throw wrongKind(input, 'the facts of a machine', 'lxplain facts >facts.json');
  const { readFacts } = await import('../facts/read.ts');
  const { file, text } = input;
  const { value, diagnostics } = readFacts(file, text);
  if (value === undefined) throw new Failure(diagnostics, new Map([[file, text]]));
  return value;
}

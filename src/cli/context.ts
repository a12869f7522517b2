import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { makePlan, type Read, readDomain, wantedFacts } from '../compile.ts';
import {
  archUnknown,
  fileNotRegular,
  fileNotUtf8,
  fileTooLarge,
  fileUnreadable,
  planComplete,
} from '../diagnostics/catalog/cli.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { render, type Sources } from '../diagnostics/render.ts';
import type { Arch, HostFacts } from '../facts/facts.ts';
import { probeFacts } from '../facts/probe.ts';
import type { Domain } from '../ir/domain.ts';
import type { Plan } from '../plan/plan.ts';

/** A command ends with these diagnostics and status 1. */
export class Failure extends Error {
  override readonly name = 'Failure';
  readonly diagnostics: readonly Diagnostic[];
  readonly sources: Sources;
  constructor(diagnostics: readonly Diagnostic[], sources: Sources = new Map()) {
    super(diagnostics.map(({ message }) => message).join('\n'));
    this.diagnostics = diagnostics;
    this.sources = sources;
  }
}

/** Prints on standard error. */
export function tell(diagnostics: readonly Diagnostic[], sources: Sources): void {
  for (const diagnostic of diagnostics) process.stderr.write(`${render(diagnostic, sources)}\n`);
}

/** 4 MiB: the largest input that is answered in time. */
const MAX_BYTES = 4 * 1024 * 1024;

/** A text file; neither a FIFO nor a device is waited for. */
export function readText(file: string): string {
  let descriptor: number;
  try {
    descriptor = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (cause) {
    throw new Failure([
      fileUnreadable(file, (cause as NodeJS.ErrnoException).code ?? String(cause)),
    ]);
  }
  try {
    const stats = fstatSync(descriptor);
    if (!stats.isFile()) throw new Failure([fileNotRegular(file)]);
    if (stats.size > MAX_BYTES) throw new Failure([fileTooLarge(file, stats.size, MAX_BYTES)]);
    return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(descriptor));
  } catch (cause) {
    if (cause instanceof TypeError) throw new Failure([fileNotUtf8(file)]);
    throw cause;
  } finally {
    closeSync(descriptor);
  }
}

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
  if (!text.trimStart().startsWith('{')) return planText(file, text, options);
  if (options.facts !== undefined || options.arch !== undefined)
    throw new Failure([planComplete(file)]);
  const { readPlan } = await import('../plan/read.ts');
  const { plan, diagnostics } = readPlan(file, text);
  const sources = new Map([[file, text]]);
  if (plan === undefined) throw new Failure(diagnostics, sources);
  return { plan, sources };
}

async function planText(
  file: string,
  text: string,
  options: PlanOptions,
): Promise<Required<Planned>> {
  const read = await readForMachine(file, text, options);
  const { facts, sources } = read;
  const { domain, plan, diagnostics } = makePlan(read.domain, facts, sources);
  const all = [...read.diagnostics, ...diagnostics];
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

async function factsIn(file: string): Promise<HostFacts> {
  const { readFacts } = await import('../facts/read.ts');
  const text = readText(file);
  const { value, diagnostics } = readFacts(file, text);
  if (value === undefined) throw new Failure(diagnostics, new Map([[file, text]]));
  return value;
}

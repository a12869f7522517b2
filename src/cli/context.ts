import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { makePlan, readDomain, wantedFacts } from '../compile.ts';
import {
  archUnknown,
  factsInvalid,
  fileNotRegular,
  fileNotUtf8,
  fileTooLarge,
  fileUnreadable,
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

export interface Planned {
  readonly domain: Domain;
  readonly plan: Plan;
  readonly sources: Sources;
}

export interface PlanOptions {
  readonly facts?: string;
  readonly arch?: string;
}

/** From a domain file to its plan, for this machine or the one whose facts are given. Prints warnings. */
export async function planFile(file: string, options: PlanOptions): Promise<Planned> {
  const read = await readDomain(file, readText(file));
  const { sources } = read;
  if (read.domain === undefined) throw new Failure(read.diagnostics, sources);
  const facts = factsFor(read.domain, options);
  const { domain, plan, diagnostics } = makePlan(read.domain, facts, sources);
  const all = [...read.diagnostics, ...diagnostics];
  if (plan === undefined) throw new Failure(all, sources);
  tell(all, sources);
  return { domain, plan, sources };
}

function factsFor(domain: Domain, { facts, arch }: PlanOptions): HostFacts {
  const given = facts === undefined ? probeFacts(wantedFacts(domain)) : readFacts(facts);
  return arch === undefined ? given : { ...given, arch: archOf(arch) };
}

export function archOf(text: string): Arch {
  if (text === 'x86_64' || text === 'aarch64') return text;
  throw new Failure([archUnknown(text)]);
}

function readFacts(file: string): HostFacts {
  try {
    const facts = JSON.parse(readText(file)) as HostFacts;
    if (facts.version === 1 && facts.kernel !== undefined && facts.cgroups !== undefined)
      return facts;
  } catch (cause) {
    if (cause instanceof Failure) throw cause;
  }
  throw new Failure([factsInvalid(file)]);
}

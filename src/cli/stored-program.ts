import { madeAnew, notStored } from '../diagnostics/catalog/cli.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { HostFacts, Wanted } from '../facts/facts.ts';
import { probeFacts } from '../facts/probe.ts';
import type { Plan } from '../plan/plan.ts';
import { definitionFile } from '../state/defined.ts';
import { StateError } from '../state/error.ts';
import { type Made, readMade, writeMade } from '../state/made.ts';
import { Failure, tell } from './failure.ts';
import { definedPlaces } from './places.ts';
import { build } from './version.ts';

/** All that a stored program follows from: as long as it is the same, so is the program. */
interface From {
  readonly tool: string;
  readonly xml: string;
  readonly wanted: Wanted;
  /** As they are now, without what is a matter of who asks. */
  readonly facts: HostFacts;
}

/** What of the machine a program can depend on. */
function factsFor(wanted: Wanted): HostFacts {
  const { descriptors: _, ...facts } = probeFacts(() => wanted);
  return facts;
}

/**
 * Compiles the domain that is stored as `xml` and keeps the program.
 * @throws Failure if there is no plan for it
 */
export async function makeProgram(
  name: string,
  xml: string,
): Promise<{ readonly elf: Uint8Array; readonly diagnostics: readonly Diagnostic[] }> {
  const { compilePlan } = await import('../assemble.ts');
  const { makePlan, readDomain } = await import('../compile.ts');
  const { printDomainXml } = await import('../print/domain-xml.ts');
  const { wantedFacts } = await import('../passes/wanted.ts');
  const file = definitionFile(definedPlaces(), name) ?? name;
  const { domain: read, diagnostics: faults, sources } = await readDomain(file, xml);
  if (read === undefined) throw new Failure(faults, sources);
  let wanted: Wanted = { paths: [] };
  probeFacts((machine) => {
    wanted = wantedFacts(read, machine);
    return wanted;
  });
  const facts = factsFor(wanted);
  const { plan, domain, diagnostics } = makePlan(read, facts, sources);
  if (plan === undefined) throw new Failure([...faults, ...diagnostics], sources);
  const elf = compilePlan(plan, {
    arch: plan.arch,
    mode: { kind: 'detached', client: false },
    domainXml: printDomainXml(domain),
  });
  keep(name, { elf, from: { tool: build, xml, wanted, facts } });
  return { elf, diagnostics: [...faults, ...diagnostics] };
}

/** A program that cannot be kept runs all the same. */
function keep(name: string, made: Made<From>): void {
  try {
    writeMade(definedPlaces(), name, made);
  } catch (cause) {
    if (!(cause instanceof StateError)) throw cause;
    tell([notStored(name, cause.path, cause.code)], new Map());
  }
}

/**
 * The program of a defined domain: the stored one if nothing has changed that it depends on; else it is made anew, and that is told.
 * @throws Failure
 */
export async function storedProgram(name: string, xml: string): Promise<Uint8Array> {
  const stored = readMade<From>(definedPlaces(), name);
  if (stored === undefined) return (await makeProgram(name, xml)).elf;
  const facts = factsFor(stored.from.wanted);
  const isSame = JSON.stringify(facts) === JSON.stringify(stored.from.facts);
  if (isSame && stored.from.xml === xml && stored.from.tool === build) return stored.elf;
  const { elf } = await makeProgram(name, xml);
  // A fact may change without a consequence: somebody has mounted something, most likely.
  if (Buffer.compare(elf, stored.elf) !== 0)
    tell([madeAnew(name, reason(stored.from, xml, facts))], new Map());
  return elf;
}

function reason(from: From, xml: string, facts: HostFacts): string {
  if (from.xml !== xml) return 'its XML has changed';
  if (from.tool !== build) return `lxplain is another one: ${from.tool}, now ${build}`;
  const changed = [...new Set([...Object.keys(from.facts), ...Object.keys(facts)])].filter(
    (key) =>
      JSON.stringify(from.facts[key as keyof HostFacts]) !==
      JSON.stringify(facts[key as keyof HostFacts]),
  );
  return `this machine has changed (${changed.join(', ')})`;
}

/** The plan that a program holds. */
export async function planOf(elf: Uint8Array): Promise<Plan | undefined> {
  const [{ readProgram }, { readPlan }] = await Promise.all([
    import('../notes.ts'),
    import('../plan/read.ts'),
  ]);
  const notes = readProgram(elf);
  return notes === undefined ? undefined : readPlan('program', notes.planJson).plan;
}

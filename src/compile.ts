import { generate } from './codegen/generate.ts';
import { readNotes } from './codegen/read-elf.ts';
import { lxcLine } from './diagnostics/catalog/lxc.ts';
import { type Diagnostic, hasErrors, inSourceOrder } from './diagnostics/diagnostic.ts';
import { invariant } from './diagnostics/invariant.ts';
import { excerpt, type Sources } from './diagnostics/render.ts';
import type { Arch, HostFacts, Wanted } from './facts/facts.ts';
import { isLxcConfig } from './frontend/lxc/detect.ts';
import { type LxcHost, noHost } from './frontend/lxc/host.ts';
import { readXml } from './frontend/xml/read.ts';
import type { Domain } from './ir/domain.ts';
import { lower, type Mode } from './lower/lower.ts';
import { idsOfMachine, zeroIds } from './passes/default-ids.ts';
import { defining, runPasses } from './passes/pipeline.ts';
import { hostThings } from './passes/warn-missing.ts';
import { explainStep } from './plan/explain.ts';
import { lineSpan } from './plan/line-span.ts';
import type { Plan } from './plan/plan.ts';
import { verifyPlan } from './plan/verify.ts';
import { writePlan } from './plan/write.ts';
import { plan } from './planner/planner.ts';
import { printDomainXml } from './print/domain-xml.ts';
import { printSyscalls, stepSyscalls } from './program/print.ts';

/** What a front end made of a text. There is a domain only if it can be trusted that far. */
export interface Read {
  readonly domain?: Domain;
  readonly diagnostics: readonly Diagnostic[];
  /** The text, and those of the files that it includes. */
  readonly sources: Sources;
}

/**
 * Reads domain XML or, if that is what the text is, a config of lxc-tools with all that domain XML can say of it.
 * The grammar of configs is loaded only for one of them.
 */
export async function readDomain(
  file: string,
  text: string,
  host: LxcHost = noHost,
): Promise<Read> {
  if (!isLxcConfig(file, text)) {
    const read = readXml(file, text);
    const diagnostics = inSourceOrder(read.diagnostics);
    return { ...read, diagnostics, sources: new Map([[file, text]]) };
  }
  const { readLxc } = await import('./frontend/lxc/read.ts');
  const { ledger, ...read } = readLxc(file, text, { full: true, host });
  const lines = ledger.filter(({ fate, span }) => fate !== 'unneeded' && span !== undefined);
  return { ...read, diagnostics: [...read.diagnostics, ...lines.map(lxcLine)] };
}

/** Where the ids come from that a domain leaves open: made of the machine's, or zeros for texts that are compared. */
export type Ids = 'of-machine' | 'zero';

/**
 * A domain as libvirt would define it on a machine, of domain XML. The diagnostics are in the order in which libvirt
 * would meet them.
 */
export function define(file: string, text: string, facts: HostFacts, ids: Ids): Read {
  const host = { arch: facts.arch, guestArchs: facts.libvirt.guestArchs };
  const { domain, diagnostics } = readXml(file, text, host);
  const sources = new Map([[file, text]]);
  if (domain === undefined) return { diagnostics, sources };
  const passes = defining(ids === 'zero' ? zeroIds : idsOfMachine);
  return { domain: runPasses(domain, facts, passes).domain, diagnostics, sources };
}

/**
 * The same of JSON. Its shape is checked by the schema, everything else as it is for the domain XML that says the same.
 */
export async function defineJson(
  file: string,
  text: string,
  facts: HostFacts,
  ids: Ids,
): Promise<Read> {
  const { readDomainJson } = await import('./frontend/json/read.ts');
  const { value: domain, diagnostics } = readDomainJson(file, text);
  if (domain === undefined) return { diagnostics, sources: new Map([[file, text]]) };
  return define(`${file} as XML`, printDomainXml(domain), facts, ids);
}

/** What has to be looked up on a machine before a domain can be planned for it. */
export function wantedFacts(domain: Domain): Wanted {
  const sources = domain.filesystems.flatMap((filesystem) =>
    filesystem.kind === 'mount' ? [filesystem.source.value] : [],
  );
  const root = domain.filesystems.find(({ target }) => target.value === '/');
  const init = domain.os.init?.value;
  return {
    paths: [
      ...sources.filter((path) => path.startsWith('/')),
      ...hostThings(domain).map(({ path }) => path),
    ],
    inRoot:
      init === undefined || (root !== undefined && root.kind !== 'mount')
        ? []
        : [{ root: root?.source.value ?? '/', path: init }],
  };
}

/** The passes and the planner. There is a plan only if no diagnostic is an error. */
export function makePlan(
  given: Domain,
  facts: HostFacts,
  sources: Sources,
): { readonly plan?: Plan; readonly domain: Domain; readonly diagnostics: readonly Diagnostic[] } {
  const { domain, diagnostics } = runPasses(given, facts);
  if (hasErrors(diagnostics)) return { domain, diagnostics };
  const made = plan(domain, facts, sources);
  const violations = verifyPlan(made);
  invariant(
    violations.length === 0,
    violations.map(({ step, problem }) => `step ${step}: ${problem}`).join('; '),
  );
  return { plan: made, domain, diagnostics };
}

/** Whose notes they are, and the types of the two: the plan as JSON, and the domain as XML. */
const NOTE_NAME = 'lxplain';
const NOTE_PLAN = 0x6c780001;
const NOTE_DOMAIN = 0x6c780002;

export interface CompileOptions {
  readonly arch: Arch;
  readonly mode: Mode;
  /** The live XML, for `dumpxml`; a plan that was read from a file has none. */
  readonly domainXml?: string;
}

/** The plan as an ELF executable that holds the plan itself and the domain in notes. */
export function compilePlan(plan: Plan, { arch, mode, domainXml }: CompileOptions): Uint8Array {
  const note = (type: number, text: string) => ({ name: NOTE_NAME, type, desc: Buffer.from(text) });
  return generate(lower(plan, arch, mode), arch, [
    note(NOTE_PLAN, writePlan(plan)),
    ...(domainXml === undefined ? [] : [note(NOTE_DOMAIN, domainXml)]),
  ]);
}

/** What a program says of itself. Anybody can write such a program: `readPlan` judges the plan. */
export interface ProgramNotes {
  readonly planJson: string;
  readonly domainXml?: string;
}

/**
 * The plan and the XML in a program that `compilePlan` made; undefined for any other program.
 * @throws ElfFormatError for what is no ELF file
 */
export function readProgram(elf: Uint8Array): ProgramNotes | undefined {
  const notes = readNotes(elf).filter(({ name }) => name === NOTE_NAME);
  const text = (wanted: number): string | undefined => {
    const note = notes.find(({ type }) => type === wanted);
    return note === undefined ? undefined : Buffer.from(note.desc).toString();
  };
  const [planJson, domainXml] = [text(NOTE_PLAN), text(NOTE_DOMAIN)];
  if (planJson === undefined) return undefined;
  return { planJson, ...(domainXml === undefined ? {} : { domainXml }) };
}

/** The system calls of the compiled program, by step, in strace's syntax. */
export const printPlanSyscalls = (plan: Plan, arch: Arch): string =>
  printSyscalls(lower(plan, arch, { kind: 'foreground', client: false }));

/** All that there is to say of a step; undefined if the plan has no such step. */
export function explain(plan: Plan, id: number, sources: Sources): string | undefined {
  const step = plan.steps[id - 1];
  if (step === undefined) return undefined;
  const span = lineSpan(step.origin, sources);
  const program = lower(plan, plan.arch, { kind: 'foreground', client: false });
  return explainStep(plan, step, {
    excerpt: span === undefined ? [] : excerpt(span, sources),
    syscalls: stepSyscalls(program, id),
  });
}

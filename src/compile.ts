import { fromDomain } from './container/from-domain.ts';
import { lxcLine } from './diagnostics/catalog/lxc.ts';
import { type Diagnostic, hasErrors, inSourceOrder } from './diagnostics/diagnostic.ts';
import { invariant } from './diagnostics/invariant.ts';
import { isOfDistribution, type LedgerEntry } from './diagnostics/ledger.ts';
import type { Sources } from './diagnostics/render.ts';
import type { HostFacts, MachineFacts } from './facts/facts.ts';
import { isLxcConfig } from './frontend/lxc/detect.ts';
import { type LxcHost, noHost } from './frontend/lxc/host.ts';
import type { LxcVersion } from './frontend/lxc/versions.ts';
import type { Understood } from './frontend/understood.ts';
import { readXml } from './frontend/xml/read.ts';
import type { Domain } from './ir/domain.ts';
import { idsOfMachine, zeroIds } from './passes/default-ids.ts';
import { defining, runPasses, runTransforms } from './passes/pipeline.ts';
import type { Plan } from './plan/plan.ts';
import { verifyPlan } from './plan/verify.ts';
import { plan } from './planner/planner.ts';
import { printDomainXml } from './print/domain-xml.ts';

/** What a front end made of a text. There is a domain only if it can be trusted that far. */
export interface Read {
  readonly domain?: Domain;
  /** With errors: what could be understood all the same, for checks. */
  readonly understood?: Understood;
  readonly diagnostics: readonly Diagnostic[];
  /** The text, and those of the files that it includes. */
  readonly sources: Sources;
}

/**
 * Reads domain XML or, if that is what the text is, a domain as JSON, or a config of lxc-tools with all that domain XML
 * can say of it. The grammar of configs is loaded only for one of them.
 */
export async function readDomain(
  file: string,
  text: string,
  host: LxcHost = noHost,
  version?: LxcVersion,
): Promise<Read> {
  if (text.trimStart().startsWith('{')) return readDomainAsJson(file, text);
  if (!isLxcConfig(file, text)) {
    const read = readXml(file, text);
    const diagnostics = inSourceOrder(read.diagnostics);
    return { ...read, diagnostics, sources: new Map([[file, text]]) };
  }
  const { readLxc } = await import('./frontend/lxc/read.ts');
  const given = version === undefined ? {} : { version };
  const { ledger, ...read } = readLxc(file, text, { full: true, host, ...given });
  const lines = ledger.filter(({ fate, span }) => fate !== 'unneeded' && span !== undefined);
  return { ...read, diagnostics: [...read.diagnostics, ...lines.map(lineOfLedger)] };
}

/** Of what a distribution includes, whoever starts the container is told what is lost for security. */
const lineOfLedger = (entry: LedgerEntry): Diagnostic =>
  entry.concern !== 'security' && isOfDistribution(entry.file)
    ? { ...lxcLine(entry), advisory: true }
    : lxcLine(entry);

/** Only the shape of JSON is checked; everything else as it is for the domain XML that says the same, with its lines. */
async function readDomainAsJson(file: string, text: string): Promise<Read> {
  const { readDomainJson } = await import('./frontend/json/read.ts');
  const { value: domain, diagnostics } = readDomainJson(file, text);
  return domain === undefined
    ? { diagnostics, sources: new Map([[file, text]]) }
    : readDomain(asXml(file), printDomainXml(domain));
}

/** The name of the XML that says what a domain as JSON says. */
const asXml = (file: string): string => `${file} as XML`;

/** Where the ids come from that a domain leaves open: made of the machine's, or zeros for texts that are compared. */
export type Ids = 'of-machine' | 'zero';

/**
 * A domain as libvirt would define it on a machine, of domain XML. The diagnostics are in the order in which libvirt
 * would meet them.
 */
export function define(file: string, text: string, facts: MachineFacts, ids: Ids): Read {
  const host = { arch: facts.arch, guestArchs: facts.libvirt.guestArchs };
  const { domain, diagnostics } = readXml(file, text, host);
  const sources = new Map([[file, text]]);
  if (domain === undefined) return { diagnostics, sources };
  const passes = defining(ids === 'zero' ? zeroIds : idsOfMachine);
  return { domain: runTransforms(domain, facts, passes), diagnostics, sources };
}

/**
 * The same of JSON. Its shape is checked by the schema, everything else as it is for the domain XML that says the same.
 */
export async function defineJson(
  file: string,
  text: string,
  facts: MachineFacts,
  ids: Ids,
): Promise<Read> {
  const { readDomainJson } = await import('./frontend/json/read.ts');
  const { value: domain, diagnostics } = readDomainJson(file, text);
  if (domain === undefined) return { diagnostics, sources: new Map([[file, text]]) };
  return define(asXml(file), printDomainXml(domain), facts, ids);
}

/** The passes and the planner. There is a plan only if no diagnostic is an error. */
export function makePlan(
  given: Domain,
  facts: HostFacts,
  sources: Sources,
): { readonly plan?: Plan; readonly domain: Domain; readonly diagnostics: readonly Diagnostic[] } {
  const { domain, diagnostics } = runPasses(given, facts);
  if (hasErrors(diagnostics)) return { domain, diagnostics };
  const made = plan(fromDomain(domain, facts), facts, sources);
  const violations = verifyPlan(made);
  invariant(
    violations.length === 0,
    violations.map(({ step, problem }) => `step ${step}: ${problem}`).join('; '),
  );
  return { plan: made, domain, diagnostics };
}

import { defineJson, define as defineText } from '../../compile.ts';
import { domainExists, nameUnusable, uuidTaken } from '../../diagnostics/catalog/cli.ts';
import { type Diagnostic, hasErrors, inSourceOrder } from '../../diagnostics/diagnostic.ts';
import type { Sources } from '../../diagnostics/render.ts';
import { probeMachine } from '../../facts/probe.ts';
import type { LxcVersion } from '../../frontend/lxc/versions.ts';
import type { Domain } from '../../ir/domain.ts';
import { printDomainXml } from '../../print/domain-xml.ts';
import {
  changingDefinitions,
  definitionFile,
  readDefinition,
  writeDefinition,
} from '../../state/defined.ts';
import { Failure, refuseAny, tell } from '../failure.ts';
import { lookUp, plainUuid, uuidOf } from '../find-domain.ts';
import { nameOfUuid, uuidIn } from '../find-known.ts';
import { A_DOMAIN, isDomain, readInput, type TextInput, wrongKind } from '../input.ts';
import { needOutput, printDone } from '../output.ts';
import { definedPlaces } from '../places.ts';
import { readDomainInput } from '../planning.ts';
import { makeProgram } from '../stored-program.ts';

interface Options {
  readonly validate?: boolean;
  readonly strict?: boolean;
  readonly lxcVersion?: LxcVersion;
}

/** Keeps a domain, and compiles it. What keeps it from being started is a warning: it may be there by then. */
export async function define(path: string, options: Options): Promise<void> {
  needOutput();
  const input = readInput(path);
  if (!isDomain(input)) throw wrongKind(input, A_DOMAIN);
  const { domain, diagnostics, sources } = await defined(input, options);
  if (options.strict === true) refuseAny(inSourceOrder(diagnostics), sources);
  tell(inSourceOrder(diagnostics), sources);
  const name = await keepDefined(domain);
  printDone(`Domain '${name}' defined from ${input.file}\n\n`);
}

/**
 * Writes the definition and makes its program.
 * @returns the name
 * @throws Failure if the name or the UUID is another domain's
 */
export async function keepDefined(domain: Domain): Promise<string> {
  const places = definedPlaces();
  const name = domain.name.value;
  const xml = printDomainXml(domain);
  if (definitionFile(places, name) === undefined) throw new Failure([nameUnusable(name)]);
  changingDefinitions(places, () => {
    refuseOther(name, uuidIn(xml) ?? '');
    writeDefinition(places, name, xml);
  });
  await tryProgram(name, xml);
  return name;
}

/** The program is made now, so that a start is fast. */
export async function tryProgram(name: string, xml: string): Promise<void> {
  try {
    tell((await makeProgram(name, xml)).diagnostics.filter(isOfMachine), new Map());
  } catch (cause) {
    if (!(cause instanceof Failure)) throw cause;
    const told = cause.diagnostics.map((each): Diagnostic => ({ ...each, severity: 'warning' }));
    tell(told, cause.sources);
  }
}

/** What reading the file has not told yet. */
const isOfMachine = ({ severity }: Diagnostic): boolean => severity === 'error';

function refuseOther(name: string, uuid: string): void {
  const places = definedPlaces();
  const old = readDefinition(places, name);
  const running = old === undefined ? lookUp(name) : undefined;
  const other =
    old === undefined ? (running === undefined ? undefined : uuidOf(running)) : uuidIn(old);
  if (other !== undefined && plainUuid(other) !== plainUuid(uuid))
    throw new Failure([domainExists(name, other)]);
  const owner = nameOfUuid(plainUuid(uuid) ?? '');
  if (owner !== undefined && owner !== name) throw new Failure([uuidTaken(uuid, owner)]);
}

/** The domain as libvirt would define it. @throws Failure */
async function defined(
  input: TextInput,
  { validate, lxcVersion }: Options,
): Promise<{
  readonly domain: Domain;
  readonly diagnostics: readonly Diagnostic[];
  readonly sources: Sources;
}> {
  const machine = probeMachine();
  const { kind, file, text } = input;
  if (kind === 'lxc') {
    const read = await readDomainInput(input, undefined, lxcVersion);
    if (read.domain === undefined) throw new Failure(read.diagnostics, read.sources);
    const { domain } = defineText(file, printDomainXml(read.domain), machine, 'of-machine');
    if (domain === undefined) throw new Failure(read.diagnostics, read.sources);
    return { domain, diagnostics: read.diagnostics, sources: read.sources };
  }
  const read =
    kind === 'domain-json'
      ? await defineJson(file, text, machine, 'of-machine')
      : defineText(file, text, machine, 'of-machine');
  const faults =
    validate === true && kind === 'xml'
      ? (await import('../schema.ts')).schemaFaults(file, text, read.diagnostics)
      : [];
  const diagnostics = [...faults, ...read.diagnostics];
  const { domain, sources } = read;
  if (domain === undefined || hasErrors(diagnostics))
    throw new Failure(inSourceOrder(diagnostics), sources);
  return { domain, diagnostics, sources };
}

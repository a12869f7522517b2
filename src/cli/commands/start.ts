import { alreadyRunning, domainUnknown, notDefined } from '../../diagnostics/catalog/cli.ts';
import { definitionFile, readDefinition } from '../../state/defined.ts';
import { Failure } from '../failure.ts';
import { findKnown } from '../find-known.ts';
import { launch, needRoot, terminalSize } from '../launch.ts';
import { needOutput } from '../output.ts';
import { passedDescriptors, withDescriptors } from '../passed.ts';
import { definedPlaces } from '../places.ts';
import { destroyStarted, note, noteStart } from '../started.ts';
import { planOf, storedProgram } from '../stored-program.ts';

export interface StartOptions {
  readonly console?: boolean;
  readonly autodestroy?: boolean;
  /** `3,4`: descriptors that init gets. */
  readonly passFds?: string;
}

export async function start(text: string, options: StartOptions): Promise<void> {
  needRoot();
  needOutput();
  const { name, running, isDefined } = findKnown(text);
  if (running !== undefined) throw new Failure([alreadyRunning(name)]);
  if (!isDefined) throw new Failure([notDefined(name, 'started')]);
  await startDefined(name, options);
}

/** Runs the stored program of a defined domain. @throws Failure */
export async function startDefined(name: string, options: StartOptions): Promise<void> {
  const places = definedPlaces();
  const xml = readDefinition(places, name);
  if (xml === undefined) throw new Failure([domainUnknown(name)]);
  const stored = await storedProgram(name, xml);
  const withConsole = options.console === true;
  const passed = passedDescriptors(options.passFds);
  const isStored = !withConsole && passed.length === 0;
  const elf = isStored ? stored : await adapted(stored, name, withConsole, passed.length);
  if (xml.includes('<interface')) await startNetworks(elf);
  const file = definitionFile(places, name) ?? name;
  try {
    const { supervisorPid } = await launch({
      name,
      elf,
      plan: () => planOf(elf),
      file,
      sources: () => new Map([[file, xml]]),
      done: `Domain '${name}' started\n\n`,
      withConsole,
      passed,
    });
    noteStart(name, supervisorPid);
    if (options.autodestroy === true) await destroyStarted(name, supervisorPid);
  } catch (cause) {
    const isOther =
      cause instanceof Failure && cause.diagnostics[0]?.code === 'domain/already-running';
    if (!isOther) note(name, 'failed');
    throw cause;
  }
}

/** Those that it needs: only a domain with an interface can. */
async function startNetworks(elf: Uint8Array): Promise<void> {
  const plan = await planOf(elf);
  if (plan !== undefined) (await import('../needed-networks.ts')).startNetworksOf(plan);
}

/** The same plan, for a client that is there from the beginning, or with descriptors for init. */
async function adapted(
  elf: Uint8Array,
  name: string,
  client: boolean,
  passed: number,
): Promise<Uint8Array> {
  const [{ compilePlan }, { readProgram }] = await Promise.all([
    import('../../assemble.ts'),
    import('../../notes.ts'),
  ]);
  const stored = await planOf(elf);
  if (stored === undefined) return elf;
  const plan = withDescriptors(stored, name, passed);
  const domainXml = readProgram(elf)?.domainXml;
  return compilePlan(plan, {
    arch: plan.arch,
    mode: { kind: 'detached', client, ...(client ? terminalSize() : {}) },
    ...(domainXml === undefined ? {} : { domainXml }),
  });
}

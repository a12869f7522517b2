import { domainUnknown, notRunning } from '../diagnostics/catalog/cli.ts';
import { runtimeDirectory } from '../facts/probe.ts';
import { definedNames, isDefined, readDefinition } from '../state/defined.ts';
import type { Running } from '../state/running.ts';
import { Failure } from './failure.ts';
import { lookUp, plainUuid, uuidOf } from './find-domain.ts';
import { tellLeft } from './leftover.ts';
import { definedPlaces } from './places.ts';

/** A domain that runs, or is defined, or both. */
export interface Known {
  readonly name: string;
  readonly running: Running | undefined;
  readonly isDefined: boolean;
}

/**
 * The domain of this id, UUID or name, whether it runs or not.
 * @throws Failure if there is none
 */
export function findKnown(text: string): Known {
  const known = lookUpKnown(text);
  if (known !== undefined) return known;
  throw new Failure([domainUnknown(text), ...tellLeft(runtimeDirectory(), text)]);
}

/** The same; undefined if there is none. */
export function lookUpKnown(text: string): Known | undefined {
  const places = definedPlaces();
  const running = lookUp(text);
  if (running !== undefined)
    return { name: running.name, running, isDefined: isDefined(places, running.name) };
  const uuid = plainUuid(text);
  const name =
    (uuid === undefined ? undefined : nameOfUuid(uuid)) ??
    (isDefined(places, text) ? text : undefined);
  if (name === undefined) return undefined;
  return { name, running: name === text ? undefined : lookUp(name), isDefined: true };
}

/** @throws Failure if it does not run */
export function findRunningDomain(text: string): Known & { readonly running: Running } {
  const { running, ...known } = findKnown(text);
  if (running === undefined) throw new Failure([notRunning(text)]);
  return { ...known, running };
}

/** Of a domain that is defined. `uuid` has 32 digits. */
export function nameOfUuid(uuid: string): string | undefined {
  const places = definedPlaces();
  return definedNames(places).find((name) => {
    const xml = readDefinition(places, name);
    return xml !== undefined && plainUuid(uuidIn(xml)) === uuid;
  });
}

/** As `define` writes it. */
export const uuidIn = (xml: string): string | undefined =>
  /<uuid>\s*([0-9a-fA-F-]{32,36})\s*<\/uuid>/.exec(xml)?.[1];

/** Of what is defined, else of what runs. */
export function uuidOfKnown({ name, running, isDefined }: Known): string | undefined {
  const xml = isDefined ? readDefinition(definedPlaces(), name) : undefined;
  return (
    (xml === undefined ? undefined : uuidIn(xml)) ??
    (running === undefined ? undefined : uuidOf(running))
  );
}

/** How many of the defined domains do not run. */
export const countShutOff = (running: readonly { readonly name: string }[]): number =>
  definedNames(definedPlaces()).filter((name) => !running.some((each) => each.name === name))
    .length;

/** All that run, and all that are defined: running ones first, by id, then the others by name, as virsh lists them. */
export function allKnown(running: readonly Running[]): readonly Known[] {
  const names = definedNames(definedPlaces());
  const byId = [...running].sort((a, b) => (a.initPid ?? 0) - (b.initPid ?? 0));
  const active = new Set(running.map(({ name }) => name));
  return [
    ...byId.map((each) => ({
      name: each.name,
      running: each,
      isDefined: names.includes(each.name),
    })),
    ...names
      .filter((name) => !active.has(name))
      .map((name) => ({ name, running: undefined, isDefined: true })),
  ];
}

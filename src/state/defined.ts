import {
  closeSync,
  constants,
  lstatSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
} from 'node:fs';
import { join } from 'node:path';
import { waitForLock } from '../exec/libc.ts';
import { errorCode } from '../linux/error-code.ts';
import { ifThere, StateError } from './error.ts';
import { stateDirectory } from './place.ts';
import {
  makeSafeDirectory,
  readSafe,
  syncDirectory,
  trustDirectory,
  writeSafe,
} from './safe-file.ts';

/** Where defined domains are: `/etc/lxplain`, and `/var/lib/lxplain` for what is made of them. */
export interface DefinedPlaces {
  readonly definitions: string;
  readonly made: string;
}

const SUFFIX = '.xml';

/** The file of a name; undefined for what cannot be the name of a domain. */
export const definitionFile = ({ definitions }: DefinedPlaces, name: string): string | undefined =>
  stateDirectory(definitions, `${name}${SUFFIX}`) === undefined || name === ''
    ? undefined
    : join(definitions, `${name}${SUFFIX}`);

/**
 * The names of the defined domains, sorted.
 * @throws StateError, UnsafeError
 */
export function definedNames({ definitions }: DefinedPlaces): string[] {
  const entries = ifThere(definitions, (path) => readdirSync(path, { withFileTypes: true })) ?? [];
  if (entries.length > 0) trustDirectory(definitions);
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith(SUFFIX))
    .map(({ name }) => name.slice(0, -SUFFIX.length))
    .filter((name) => name !== '')
    .sort();
}

/**
 * The XML of a defined domain; undefined if there is none of the name.
 * @throws StateError, UnsafeError
 */
export function readDefinition(places: DefinedPlaces, name: string): string | undefined {
  const file = definitionFile(places, name);
  const bytes = file === undefined ? undefined : readSafe(file);
  if (bytes !== undefined) trustDirectory(places.definitions);
  return bytes?.toString('utf8');
}

/** Whether a domain of the name is defined; its file is not read. */
export function isDefined(places: DefinedPlaces, name: string): boolean {
  const file = definitionFile(places, name);
  return file !== undefined && ifThere(file, (path) => lstatSync(path))?.isFile() === true;
}

/**
 * Does something while nobody else changes which domains are defined, or what they are.
 * @throws StateError, UnsafeError
 */
export function changingDefinitions<T>({ definitions }: DefinedPlaces, change: () => T): T {
  makeSafeDirectory(definitions);
  const path = join(definitions, '.lock');
  const { O_RDWR, O_CREAT, O_NOFOLLOW } = constants;
  let descriptor: number;
  try {
    descriptor = openSync(path, O_RDWR | O_CREAT | O_NOFOLLOW, 0o600);
  } catch (cause) {
    throw new StateError(path, errorCode(cause));
  }
  try {
    waitForLock(descriptor);
    return change();
  } finally {
    closeSync(descriptor);
  }
}

/** To be called within `changingDefinitions`. @throws StateError */
export function writeDefinition(places: DefinedPlaces, name: string, xml: string): void {
  const file = definitionFile(places, name);
  if (file === undefined) throw new StateError(places.definitions, 'EINVAL');
  writeSafe(file, xml);
}

/** The definition, its mark of autostart, and what was made of it. To be called within `changingDefinitions`. */
export function removeDefinition(places: DefinedPlaces, name: string): void {
  setAutostart(places, name, false);
  const file = definitionFile(places, name);
  if (file !== undefined) remove(file);
  syncDirectory(places.definitions);
  rmSync(join(places.made, name), { recursive: true, force: true });
}

/** What was made of the domain goes with it: `text` is the domain by its new name. */
export function renameDefinition(
  places: DefinedPlaces,
  name: string,
  fresh: string,
  text: string,
): void {
  const isMarked = isAutostarted(places, name);
  writeDefinition(places, fresh, text);
  if (isMarked) setAutostart(places, fresh, true);
  removeDefinition(places, name);
}

function remove(path: string): void {
  try {
    unlinkSync(path);
  } catch (cause) {
    if (errorCode(cause) !== 'ENOENT') throw new StateError(path, errorCode(cause));
  }
}

const markOf = ({ definitions }: DefinedPlaces, name: string): string =>
  join(definitions, 'autostart', `${name}${SUFFIX}`);

/** Whether the domain is to be started with the machine. */
export const isAutostarted = (places: DefinedPlaces, name: string): boolean =>
  ifThere(markOf(places, name), (path) => lstatSync(path)) !== undefined;

/** A link to the definition, as libvirt has it. To be called within `changingDefinitions`. */
export function setAutostart(places: DefinedPlaces, name: string, isWanted: boolean): void {
  const mark = markOf(places, name);
  if (!isWanted) return remove(mark);
  makeSafeDirectory(join(places.definitions, 'autostart'));
  const fresh = `${mark}.${process.pid}.new`;
  try {
    symlinkSync(`../${name}${SUFFIX}`, fresh);
    renameSync(fresh, mark);
  } catch (cause) {
    throw new StateError(mark, errorCode(cause));
  }
}

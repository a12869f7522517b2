import { notRunning } from '../diagnostics/catalog/cli.ts';
import { runtimeDirectory } from '../facts/probe.ts';
import { type ProgramNotes, readProgram } from '../notes.ts';
import { findRunning, listRunning, programOf, type Running } from '../state/running.ts';
import { Failure } from './failure.ts';
import { tellLeft } from './leftover.ts';

/**
 * The container that runs of this id, UUID or name: what it may be is tried in the order of virsh.
 * @throws Failure if there is none
 * @see libvirt 9.0, tools/virsh-util.c, virshLookupDomainInternal
 */
export function findDomain(text: string): Running {
  const found = lookUp(text);
  if (found === undefined)
    throw new Failure([notRunning(text), ...tellLeft(runtimeDirectory(), text)]);
  return found;
}

/** The same; undefined if there is none. */
export function lookUp(text: string): Running | undefined {
  const directory = runtimeDirectory();
  const uuid = plainUuid(text);
  const mayBeOther = uuid !== undefined || /^\d+$/.test(text);
  const all = mayBeOther ? listRunning(directory) : [];
  return (
    all.find(({ initPid }) => initPid !== undefined && String(initPid) === text) ??
    (uuid === undefined ? undefined : all.find((each) => plainUuid(uuidOf(each)) === uuid)) ??
    findRunning(directory, text)
  );
}

/** 32 hex digits, or undefined. */
export function plainUuid(text: string | undefined): string | undefined {
  const digits = text?.replaceAll('-', '').toLowerCase();
  return digits !== undefined && /^[0-9a-f]{32}$/.test(digits) ? digits : undefined;
}

/** Of the container, as its plan has it. */
export function uuidOf(running: Running): string | undefined {
  const plan: unknown = JSON.parse(notesOf(running)?.planJson ?? '{}');
  const uuid = typeof plan === 'object' && plan !== null && 'uuid' in plan ? plan.uuid : undefined;
  return typeof uuid === 'string' ? uuid : undefined;
}

/** What the program of a container says of itself; undefined if it has ended meanwhile. */
export function notesOf(running: Running): ProgramNotes | undefined {
  try {
    const elf = programOf(running);
    return elf === undefined ? undefined : readProgram(elf);
  } catch {
    return undefined;
  }
}

import { runtimeDirectory } from '../../facts/probe.ts';
import { isAutostarted } from '../../state/defined.ts';
import { livesOf } from '../../state/lives.ts';
import { findKnown, uuidOfKnown } from '../find-known.ts';
import { print } from '../output.ts';
import { definedPlaces } from '../places.ts';
import { nameOfState } from '../state-of.ts';
import { domainOf } from '../title-of.ts';
import { cpuTimeOf, memoryOf } from '../usage.ts';

interface Options {
  readonly json?: boolean;
}

/** What virsh tells of a domain, in its words; of one that was started again also how often. */
export function dominfo(text: string, { json }: Options): void {
  const known = findKnown(text);
  const { name, running, isDefined } = known;
  const domain = domainOf(known);
  const maxKiB = domain?.memoryKiB?.value ?? 0;
  const cpuNs = running === undefined ? undefined : cpuTimeOf(running);
  const bytes = running === undefined ? undefined : memoryOf(running);
  const usedKiB = running === undefined ? maxKiB : Math.floor((bytes ?? 0) / 1024);
  const lives = running === undefined ? undefined : livesOf(runtimeDirectory(), name);
  const autostart = isDefined && isAutostarted(definedPlaces(), name);
  const cpus = domain?.vcpu?.count ?? 1;
  if (json === true) {
    const info = {
      version: 1,
      id: running?.initPid,
      name,
      uuid: uuidOfKnown(known),
      osType: 'exe',
      state: nameOfState(known),
      cpus,
      cpuTimeNs: cpuNs,
      maxMemoryKiB: maxKiB,
      usedMemoryKiB: usedKiB,
      persistent: isDefined,
      autostart,
      ...(running === undefined ? {} : { restarts: lives?.restarts ?? 0, lastEnd: lives?.lastEnd }),
    };
    return print(`${JSON.stringify(info, undefined, 2)}\n`);
  }
  const rows: readonly (readonly [string, string | number] | undefined)[] = [
    ['Id', running?.initPid ?? '-'],
    ['Name', name],
    ['UUID', uuidOfKnown(known) ?? '-'],
    ['OS Type', 'exe'],
    ['State', nameOfState(known)],
    ['CPU(s)', cpus],
    cpuNs === undefined ? undefined : ['CPU time', `${(cpuNs / 1e9).toFixed(1)}s`],
    ['Max memory', `${maxKiB} KiB`],
    ['Used memory', `${usedKiB} KiB`],
    ['Persistent', isDefined ? 'yes' : 'no'],
    ['Autostart', autostart ? 'enable' : 'disable'],
    ['Managed save', 'no'],
    ['Security model', 'none'],
    ['Security DOI', 0],
    lives === undefined ? undefined : ['Restarts', lives.restarts],
    lives === undefined ? undefined : ['Last end', lives.lastEnd],
  ];
  print(`${recordText(rows.filter((row) => row !== undefined))}\n`);
}

const LABEL = 16;

const recordText = (rows: readonly (readonly [string, string | number])[]): string =>
  rows.map(([label, value]) => `${`${label}:`.padEnd(LABEL)}${value}\n`).join('');

import { runtimeDirectory } from '../../facts/probe.ts';
import { livesOf } from '../../state/lives.ts';
import { listRunning } from '../../state/running.ts';
import { allKnown, findKnown, findRunningDomain, type Known } from '../find-known.ts';
import { groupsOf } from '../groups-of.ts';
import { print } from '../output.ts';
import { nameOfState, stateOf } from '../state-of.ts';
import { domainOf } from '../title-of.ts';
import { cpuTimeOf, cpuTimesOf, memoryOf, processesOf, splitCpuTimeOf } from '../usage.ts';

interface Options {
  readonly json?: boolean;
  readonly total?: boolean;
}

const seconds = (nanoseconds: number): string =>
  `${Math.floor(nanoseconds / 1e9)}.${String(Math.floor(nanoseconds % 1e9)).padStart(9, '0')} seconds`;

/** Where a group counts the time of each processor, that of each; the sum in any case. */
export function cpuStats(text: string, { json, total }: Options): void {
  const { running } = findRunningDomain(text);
  const groups = groupsOf(running);
  const each = total === true ? [] : cpuTimesOf(groups);
  const sum = cpuTimeOf(running, groups);
  const { userNs, systemNs } = splitCpuTimeOf(groups);
  if (json === true) {
    const cpus = each.map((cpuTimeNs, cpu) => ({ cpu, cpuTimeNs }));
    const all = { cpuTimeNs: sum, userTimeNs: userNs, systemTimeNs: systemNs };
    return print(`${JSON.stringify({ version: 1, cpus, total: all }, undefined, 2)}\n`);
  }
  const row = (label: string, nanoseconds: number) =>
    `\t${label.padEnd(12)} ${seconds(nanoseconds).padStart(22)}\n`;
  const cpus = each.map((time, cpu) => `CPU${cpu}:\n${row('cpu_time', time)}`).join('');
  print(
    `${cpus}Total:\n${row('cpu_time', sum)}${row('user_time', userNs)}${row('system_time', systemNs)}\n`,
  );
}

export function dommemstat(text: string, { json }: Options): void {
  const known = findRunningDomain(text);
  const actual = domainOf(known)?.memoryKiB?.value ?? 0;
  const rss = Math.floor((memoryOf(known.running) ?? 0) / 1024);
  if (json === true) print(`${JSON.stringify({ version: 1, actualKiB: actual, rssKiB: rss })}\n`);
  else print(`actual ${actual}\nrss ${rss}\n\n`);
}

/** virsh's numbers. @see libvirt 9.0, include/libvirt/libvirt-domain.h, virDomainState and the reasons behind it */
const states = { running: 1, paused: 3, 'shut off': 5 } as const;
const reasons: Readonly<Record<string, number>> = {
  'running unknown': 0,
  'running booted': 1,
  'running unpaused': 5,
  'paused user': 1,
  'shut off unknown': 0,
  'shut off shutdown': 1,
  'shut off destroyed': 2,
  'shut off crashed': 3,
  'shut off failed': 6,
};

/** Of the domains that are named, or of all that are defined or run. */
export function domstats(names: readonly string[], { json }: Options): void {
  const domains =
    names.length > 0 ? names.map(findKnown) : allKnown(listRunning(runtimeDirectory()));
  const all = domains.map((known) => ({ name: known.name, stats: statsOf(known) }));
  if (json === true)
    return print(`${JSON.stringify({ version: 1, domains: all }, undefined, 2)}\n`);
  const blocks = all.map(({ name, stats }) => {
    const lines = Object.entries(stats).map(([key, value]) => `  ${key}=${value}\n`);
    return `Domain: '${name}'\n${lines.join('')}\n`;
  });
  print(blocks.join('') === '' ? '\n' : blocks.join(''));
}

function statsOf(known: Known): Readonly<Record<string, number>> {
  const { state, reason } = stateOf(known);
  const maximum = domainOf(known)?.memoryKiB?.value ?? 0;
  const { running } = known;
  const common = {
    'state.state': states[nameOfState(known)],
    'state.reason': reasons[`${state} ${reason}`] ?? 0,
  };
  if (running === undefined) return { ...common, 'balloon.maximum': maximum };
  const groups = groupsOf(running);
  const { userNs, systemNs } = splitCpuTimeOf(groups);
  return {
    ...common,
    'cpu.time': cpuTimeOf(running, groups),
    'cpu.user': userNs,
    'cpu.system': systemNs,
    'balloon.current': maximum,
    'balloon.maximum': maximum,
    'balloon.rss': Math.floor((memoryOf(running, groups) ?? 0) / 1024),
    'lxplain.processes': processesOf(groups).length,
    'lxplain.restarts': livesOf(runtimeDirectory(), known.name)?.restarts ?? 0,
  };
}

import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, release, totalmem } from 'node:os';
import type { HostFacts } from '../src/facts/facts.ts';
import { versions } from './contestants.ts';
import { gate } from './rounds.ts';

/** What the numbers depend on. */
export function describeMachine(facts: HostFacts): readonly string[] {
  const filesystem = (path: string): string | undefined =>
    facts.mounts.findLast(({ point }) => point === path)?.type;
  const layout = [
    ...facts.cgroups.v1.flatMap(({ controllers }) => controllers),
    ...(facts.cgroups.v2 === undefined ? [] : ['v2']),
  ];
  const virtual = /^flags\s*:.*\bhypervisor\b/m.test(readFileSync('/proc/cpuinfo', 'utf8'));
  return [
    `${availableParallelism()} × ${cpus()[0]?.model.trim()}${virtual ? ' (virtual machine)' : ''}, ${Math.round(totalmem() / 2 ** 30)} GiB`,
    `Linux ${release()}, root on ${filesystem('/')}, ${facts.mounts.length} mounts`,
    `cgroups seen by all: ${layout.join(' ')}`,
    `Node ${process.versions.node}; ${versions()}`,
    `${gate.busy} of ${gate.waits} isolated samples were taken on a machine that did not come to rest`,
  ];
}

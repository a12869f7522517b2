import type { MachineFacts, Wanted } from '../../facts/facts.ts';
import { probeFacts } from '../../facts/probe.ts';
import { wantedFacts } from '../../passes/wanted.ts';
import { Failure } from '../failure.ts';
import { readInput } from '../input.ts';
import { print } from '../output.ts';
import { readDomainInput } from '../planning.ts';

export async function facts(file: string | undefined): Promise<void> {
  print(`${JSON.stringify(probeFacts(await wanted(file)), undefined, 2)}\n`);
}

async function wanted(file: string | undefined): Promise<(machine: MachineFacts) => Wanted> {
  if (file === undefined) return () => ({ paths: [] });
  const { domain, diagnostics, sources } = await readDomainInput(readInput(file));
  if (domain === undefined) throw new Failure(diagnostics, sources);
  return (machine) => wantedFacts(domain, machine);
}

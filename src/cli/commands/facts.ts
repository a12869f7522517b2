import { wantedFacts } from '../../compile.ts';
import type { Wanted } from '../../facts/facts.ts';
import { probeFacts } from '../../facts/probe.ts';
import { Failure } from '../failure.ts';
import { print } from '../output.ts';
import { readDomainText } from '../planning.ts';
import { readText } from '../text-file.ts';

export async function facts(file: string | undefined): Promise<void> {
  print(`${JSON.stringify(probeFacts(await wanted(file)), undefined, 2)}\n`);
}

async function wanted(file: string | undefined): Promise<Wanted> {
  if (file === undefined) return { paths: [], inRoot: [] };
  const { domain, diagnostics, sources } = await readDomainText(file, readText(file));
  if (domain === undefined) throw new Failure(diagnostics, sources);
  return wantedFacts(domain);
}

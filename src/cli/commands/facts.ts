import { readDomain, wantedFacts } from '../../compile.ts';
import { probeFacts } from '../../facts/probe.ts';
import { Failure, readText } from '../context.ts';

export function facts(file: string | undefined): void {
  process.stdout.write(`${JSON.stringify(probeFacts(wanted(file)), undefined, 2)}\n`);
}

function wanted(file: string | undefined): ReturnType<typeof wantedFacts> {
  if (file === undefined) return { paths: [], inRoot: [] };
  const text = readText(file);
  const { domain, diagnostics } = readDomain(file, text);
  if (domain === undefined) throw new Failure(diagnostics, new Map([[file, text]]));
  return wantedFacts(domain);
}

import { passUnknown } from '../diagnostics/catalog/cli.ts';
import { pipeline, runPasses } from '../passes/pipeline.ts';
import { printDomainXml } from '../print/domain-xml.ts';
import { Failure, tell } from './failure.ts';
import { readInput } from './input.ts';
import { print } from './output.ts';
import { type PlanOptions, readForMachine } from './planning.ts';

export interface PassOptions extends PlanOptions {
  /** Without a name all passes are listed. */
  readonly printAfter?: string | true;
  readonly stopAfter?: string | true;
}

/** The debugger of the passes: prints the domain as the named passes leave it. True if all ends there. */
export async function showPasses(file: string, options: PassOptions): Promise<boolean> {
  const { printAfter, stopAfter } = options;
  if (printAfter === true || stopAfter === true) {
    print(pipeline.map(({ name }) => `${name}\n`).join(''));
    return true;
  }
  for (const last of [printAfter, stopAfter]) {
    if (last !== undefined) await showAfter(file, options, last);
  }
  return stopAfter !== undefined;
}

async function showAfter(file: string, options: PassOptions, last: string): Promise<void> {
  const index = pipeline.findIndex(({ name }) => name === last);
  if (index < 0)
    throw new Failure([
      passUnknown(
        last,
        pipeline.map(({ name }) => name),
      ),
    ]);
  const read = await readForMachine(readInput(file), options);
  const { domain, diagnostics } = runPasses(read.domain, read.facts, pipeline.slice(0, index + 1));
  tell(diagnostics, read.sources);
  print(`<!-- after ${last} -->\n${printDomainXml(domain)}`);
}

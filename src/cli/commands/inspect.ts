import { ElfFormatError } from '../../codegen/read-elf.ts';
import { readProgram } from '../../compile.ts';
import { noDomain, notAProgram } from '../../diagnostics/catalog/cli.ts';
import { printPlan } from '../../plan/print.ts';
import { writePlan } from '../../plan/write.ts';
import { Failure } from '../failure.ts';
import { print } from '../output.ts';
import { readRegular } from '../text-file.ts';

/** Far more than a program of the largest input has. */
const MAX_BYTES = 256 * 1024 * 1024;

interface Options {
  readonly code?: boolean;
  readonly json?: boolean;
  readonly xml?: boolean;
}

export async function inspect(file: string, options: Options): Promise<void> {
  const elf = readRegular(file, MAX_BYTES);
  const program = ours(file, () => readProgram(elf));
  if (options.xml) {
    if (program.domainXml === undefined) throw new Failure([noDomain(file)]);
    print(program.domainXml);
    return;
  }
  if (options.code) {
    const { listCode } = await import('../../codegen/listing.ts');
    print(ours(file, () => listCode(elf)));
    return;
  }
  const { readPlan } = await import('../../plan/read.ts');
  const { plan, diagnostics } = readPlan(file, program.planJson);
  if (plan === undefined) throw new Failure(diagnostics, new Map([[file, program.planJson]]));
  print(options.json ? writePlan(plan) : printPlan(plan));
}

/** What is read of the program, unless it is none of ours or is cut off. */
function ours<T>(file: string, read: () => T | undefined): T {
  try {
    const found = read();
    if (found !== undefined) return found;
  } catch (cause) {
    if (!(cause instanceof ElfFormatError)) throw cause;
  }
  throw new Failure([notAProgram(file)]);
}

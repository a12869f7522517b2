import { readFileSync } from 'node:fs';
import { ElfFormatError } from '../../codegen/read-elf.ts';
import { type ProgramNotes, readProgram } from '../../compile.ts';
import { fileUnreadable, noDomain, notAProgram } from '../../diagnostics/catalog/cli.ts';
import { printPlan } from '../../plan/print.ts';
import { writePlan } from '../../plan/write.ts';
import { Failure } from '../failure.ts';
import { print } from '../output.ts';

interface Options {
  readonly code?: boolean;
  readonly json?: boolean;
  readonly xml?: boolean;
}

export async function inspect(file: string, options: Options): Promise<void> {
  const program = read(file);
  if (program === undefined) throw new Failure([notAProgram(file)]);
  if (options.xml) {
    if (program.domainXml === undefined) throw new Failure([noDomain(file)]);
    print(program.domainXml);
    return;
  }
  if (options.code) {
    const { listCode } = await import('../../codegen/listing.ts');
    print(listCode(program.elf));
    return;
  }
  const { readPlan } = await import('../../plan/read.ts');
  const { plan, diagnostics } = readPlan(file, program.planJson);
  if (plan === undefined) throw new Failure(diagnostics, new Map([[file, program.planJson]]));
  print(options.json ? writePlan(plan) : printPlan(plan));
}

function read(file: string): (ProgramNotes & { readonly elf: Uint8Array }) | undefined {
  try {
    const elf = readFileSync(file);
    const notes = readProgram(elf);
    return notes === undefined ? undefined : { ...notes, elf };
  } catch (cause) {
    if (cause instanceof ElfFormatError) return undefined;
    throw new Failure([
      fileUnreadable(file, (cause as NodeJS.ErrnoException).code ?? String(cause)),
    ]);
  }
}

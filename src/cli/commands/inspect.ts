import { readFileSync } from 'node:fs';
import { ElfFormatError } from '../../codegen/read-elf.ts';
import { readProgram } from '../../compile.ts';
import { fileUnreadable, notAProgram } from '../../diagnostics/catalog/cli.ts';
import { printPlan } from '../../plan/print.ts';
import { writePlan } from '../../plan/write.ts';
import { Failure } from '../context.ts';

interface Options {
  readonly json?: boolean;
  readonly xml?: boolean;
}

export function inspect(file: string, options: Options): void {
  const program = read(file);
  if (program === undefined) throw new Failure([notAProgram(file)]);
  const { plan, domainXml } = program;
  process.stdout.write(options.xml ? domainXml : options.json ? writePlan(plan) : printPlan(plan));
}

function read(file: string): ReturnType<typeof readProgram> {
  try {
    return readProgram(readFileSync(file));
  } catch (cause) {
    if (cause instanceof ElfFormatError) return undefined;
    throw new Failure([
      fileUnreadable(file, (cause as NodeJS.ErrnoException).code ?? String(cause)),
    ]);
  }
}

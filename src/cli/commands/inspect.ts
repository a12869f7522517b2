import { ElfFormatError } from '../../codegen/read-elf.ts';
import { noDomain, notAProgram } from '../../diagnostics/catalog/cli.ts';
import { printPlan } from '../../plan/print.ts';
import { writePlan } from '../../plan/write.ts';
import { Failure } from '../failure.ts';
import { readInput, wrongKind } from '../input.ts';
import { print, printPainted } from '../output.ts';
import { planInput } from '../planning.ts';
import { type ScreenOptions, screenOf } from '../screen.ts';

interface Options extends ScreenOptions {
  readonly code?: boolean;
  readonly json?: boolean;
  readonly xml?: boolean;
}

export async function inspect(path: string, options: Options): Promise<void> {
  const input = readInput(path);
  if (input.kind !== 'program') throw wrongKind(input, 'a program that lxplain compiled');
  const { file, elf } = input;
  if (options.xml) {
    if (input.notes?.domainXml === undefined) throw new Failure([noDomain(file)]);
    print(input.notes.domainXml);
    return;
  }
  if (options.code) {
    const { listCode } = await import('../../codegen/listing.ts');
    print(whole(file, () => listCode(elf)));
    return;
  }
  const { plan } = await planInput(input, {});
  if (options.json) print(writePlan(plan));
  else printPainted(printPlan(plan, await screenOf(options)));
}

/** What is read of the program, unless it is cut off. */
function whole<T>(file: string, read: () => T | undefined): T {
  try {
    const found = read();
    if (found !== undefined) return found;
  } catch (cause) {
    if (!(cause instanceof ElfFormatError)) throw cause;
  }
  throw new Failure([notAProgram(file)]);
}

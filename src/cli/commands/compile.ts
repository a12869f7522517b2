import { compilePlan } from '../../assemble.ts';
import { binaryToTerminal, outputIsInput } from '../../diagnostics/catalog/cli.ts';
import { descriptorsNotInARow } from '../../diagnostics/catalog/descriptors.ts';
import { Failure } from '../failure.ts';
import { isStandardOutput, realPath, writeProgram } from '../output-file.ts';
import { descriptorNumbers, withDescriptors } from '../passed.ts';
import { type PlanOptions, planFile } from '../planning.ts';
import { fileName } from '../text-file.ts';
import { version } from '../version.ts';

interface Options extends PlanOptions {
  readonly output: string;
  /** `3,4`: descriptors that init gets of who runs the program. */
  readonly passFds?: string;
}

export async function compile(file: string, options: Options): Promise<void> {
  const { output } = options;
  if (isStandardOutput(output) && (await import('node:tty')).isatty(1))
    throw new Failure([binaryToTerminal()]);
  const count = descriptorsInARow(options.passFds);
  const { plan: planned, domainXml } = await planFile(file, options);
  const plan = count === 0 ? planned : withDescriptors(planned, fileName(file), count);
  const elf = compilePlan(plan, {
    arch: plan.arch,
    mode: { kind: 'foreground', client: false },
    madeBy: `lxplain ${version}`,
    ...(domainXml === undefined ? {} : { domainXml: domainXml() }),
  });
  const target = realPath(output);
  if (target !== undefined && target === realPath(file)) throw new Failure([outputIsInput(output)]);
  writeProgram(output, elf);
}

/** As systemd gives them: from 3 on. @returns how many there are; @throws Failure */
function descriptorsInARow(text: string | undefined): number {
  const numbers = descriptorNumbers(text);
  if (numbers.some((each, index) => each !== 3 + index))
    throw new Failure([descriptorsNotInARow(text ?? '')]);
  return numbers.length;
}

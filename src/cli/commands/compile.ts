import { realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { compilePlan } from '../../compile.ts';
import { fileUnwritable, outputIsInput } from '../../diagnostics/catalog/cli.ts';
import { errorCode } from '../../linux/error-code.ts';
import { printDomainXml } from '../../print/domain-xml.ts';
import { Failure } from '../failure.ts';
import { type PlanOptions, planFile } from '../planning.ts';

interface Options extends PlanOptions {
  readonly output: string;
}

export async function compile(file: string, options: Options): Promise<void> {
  const { plan, domain } = await planFile(file, options);
  const elf = compilePlan(plan, {
    arch: plan.arch,
    mode: { kind: 'foreground', client: false },
    ...(domain === undefined ? {} : { domainXml: printDomainXml(domain) }),
  });
  const target = realPath(options.output);
  if (target !== undefined && target === realPath(file))
    throw new Failure([outputIsInput(options.output)]);
  try {
    if (target !== undefined && !statSync(target).isFile()) writeFileSync(target, elf);
    else replace(target ?? options.output, elf);
  } catch (cause) {
    throw new Failure([fileUnwritable(options.output, errorCode(cause))]);
  }
}

/** A program that runs keeps its file, and no half of one is ever seen. */
function replace(target: string, elf: Uint8Array): void {
  const fresh = `${target}.${process.pid}.new`;
  try {
    writeFileSync(fresh, elf, { mode: 0o755 });
    renameSync(fresh, target);
  } catch (cause) {
    rmSync(fresh, { force: true });
    throw cause;
  }
}

/** undefined if there is no such file. */
function realPath(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}

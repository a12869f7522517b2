import { writeFileSync } from 'node:fs';
import { compilePlan } from '../../compile.ts';
import { fileUnreadable } from '../../diagnostics/catalog/cli.ts';
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
  try {
    writeFileSync(options.output, elf, { mode: 0o755 });
  } catch (cause) {
    throw new Failure([
      fileUnreadable(options.output, (cause as NodeJS.ErrnoException).code ?? String(cause)),
    ]);
  }
}

import { writeFileSync } from 'node:fs';
import { fileUnwritable } from '../../diagnostics/catalog/cli.ts';
import { isLxcConfig } from '../../frontend/lxc/detect.ts';
import { readXml } from '../../frontend/xml/read.ts';
import { printDomainXml } from '../../print/domain-xml.ts';
import { Failure, readText, tell } from '../context.ts';

interface Options {
  readonly write?: boolean;
}

/** Domain XML as virsh would print it; of an lxc config, the keys of today. */
export async function format(file: string, { write }: Options): Promise<void> {
  const formatted = await formatText(file, readText(file));
  if (write !== true) {
    process.stdout.write(formatted);
    return;
  }
  try {
    writeFileSync(file, formatted);
  } catch (cause) {
    throw new Failure([
      fileUnwritable(file, (cause as NodeJS.ErrnoException).code ?? String(cause)),
    ]);
  }
}

async function formatText(file: string, text: string): Promise<string> {
  if (isLxcConfig(file, text)) {
    const { formatLxc } = await import('../../frontend/lxc/format.ts');
    return formatLxc(text);
  }
  const { domain, diagnostics } = readXml(file, text);
  const sources = new Map([[file, text]]);
  if (domain === undefined) throw new Failure(diagnostics, sources);
  tell(diagnostics, sources);
  return printDomainXml(domain);
}

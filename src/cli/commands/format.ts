import { writeFileSync } from 'node:fs';
import { define, defineJson } from '../../compile.ts';
import { fileUnwritable } from '../../diagnostics/catalog/cli.ts';
import { type Diagnostic, hasErrors, inSourceOrder } from '../../diagnostics/diagnostic.ts';
import type { HostFacts } from '../../facts/facts.ts';
import { probeFacts } from '../../facts/probe.ts';
import { isLxcConfig } from '../../frontend/lxc/detect.ts';
import { errorCode } from '../../linux/error-code.ts';
import { Failure, tell } from '../failure.ts';
import { print, printError } from '../output.ts';
import { factsIn } from '../planning.ts';
import { readText } from '../text-file.ts';

interface Options {
  readonly write?: boolean;
  /** Zeros for the ids that are made up. */
  readonly stable?: boolean;
  readonly validate?: boolean;
  readonly json?: boolean;
  /** Errors as virsh prints them: the first one, in two lines. */
  readonly virsh?: boolean;
  readonly facts?: string;
}

/** A domain, from XML or JSON, as virsh would define and print it; of an lxc config, the keys of today. */
export async function format(file: string, options: Options): Promise<void> {
  const formatted = await formatText(file, readText(file), options);
  if (formatted === undefined) return;
  if (options.write !== true) {
    print(formatted);
    return;
  }
  try {
    writeFileSync(file, formatted);
  } catch (cause) {
    throw new Failure([fileUnwritable(file, errorCode(cause))]);
  }
}

/** Undefined if virsh's words have already said why not. */
async function formatText(
  file: string,
  text: string,
  options: Options,
): Promise<string | undefined> {
  if (isLxcConfig(file, text)) {
    const { formatFaults, formatLxc } = await import('../../frontend/lxc/format.ts');
    const faults = formatFaults(file, text);
    const sources = new Map([[file, text]]);
    if (hasErrors(faults)) throw new Failure(faults, sources);
    tell(faults, sources);
    return formatLxc(text);
  }
  const facts: HostFacts =
    options.facts === undefined
      ? probeFacts({ paths: [], inRoot: [] })
      : await factsIn(options.facts);
  const ids = options.stable === true ? 'zero' : 'of-machine';
  const isJson = text.trimStart().startsWith('{');
  const defined = isJson
    ? await defineJson(file, text, facts, ids)
    : define(file, text, facts, ids);
  const faults =
    options.validate === true && !isJson
      ? (await import('../schema.ts')).schemaFaults(file, text, defined.diagnostics)
      : [];
  const diagnostics = [...faults, ...defined.diagnostics];
  const { domain, sources } = defined;
  if (domain === undefined || hasErrors(diagnostics)) {
    if (options.virsh !== true) throw new Failure(inSourceOrder(diagnostics), sources);
    printError(asVirsh(file, diagnostics));
    process.exitCode = 1;
    return undefined;
  }
  if (options.virsh !== true) tell(inSourceOrder(diagnostics), sources);
  if (options.json === true) {
    const { printDomainJson } = await import('../../print/domain-json.ts');
    return printDomainJson(domain);
  }
  const { printDomainXml } = await import('../../print/domain-xml.ts');
  // virsh ends with an empty line, which no file needs.
  return `${printDomainXml(domain)}${options.write === true ? '' : '\n'}`;
}

/** @see libvirt 9.0, tools/virsh-domain.c, cmdDefine */
export function asVirsh(file: string, diagnostics: readonly Diagnostic[]): string {
  const first = diagnostics.find(({ severity }) => severity === 'error');
  return `error: Failed to define domain from ${file}\nerror: ${first?.libvirt ?? first?.message}\n`;
}

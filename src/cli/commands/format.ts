import { define, defineJson } from '../../compile.ts';
import { writeNeedsFile } from '../../diagnostics/catalog/cli.ts';
import { type Diagnostic, hasErrors, inSourceOrder } from '../../diagnostics/diagnostic.ts';
import type { MachineFacts } from '../../facts/facts.ts';
import { probeMachine } from '../../facts/probe.ts';
import { Failure, tell } from '../failure.ts';
import { A_DOMAIN, isDomain, readInput, type TextInput, wrongKind } from '../input.ts';
import { print, printError } from '../output.ts';
import { writeText } from '../output-file.ts';
import { factsIn } from '../planning.ts';

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
export async function format(path: string, options: Options): Promise<void> {
  if (options.write === true && path === '-') throw new Failure([writeNeedsFile()]);
  const input = readInput(path);
  if (!isDomain(input)) throw wrongKind(input, A_DOMAIN);
  const formatted = await formatInput(input, options);
  if (formatted === undefined) return;
  if (options.write === true) writeText(path, formatted);
  else print(formatted);
}

/** Undefined if virsh's words have already said why not. */
async function formatInput(
  { kind, file, text }: TextInput,
  options: Options,
): Promise<string | undefined> {
  if (kind === 'lxc') {
    const { formatFaults, formatLxc } = await import('../../frontend/lxc/format.ts');
    const faults = formatFaults(file, text);
    const sources = new Map([[file, text]]);
    if (hasErrors(faults)) throw new Failure(faults, sources);
    tell(faults, sources);
    return formatLxc(text);
  }
  const facts: MachineFacts =
    options.facts === undefined ? probeMachine() : await factsIn(options.facts);
  const ids = options.stable === true ? 'zero' : 'of-machine';
  const isJson = kind === 'domain-json';
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

import { mkdirSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import {
  fileUnwritable,
  formatUnsupported,
  linesLost,
  needsConfig,
  needsOutput,
  oneUuid,
  outputTwice,
  sizeInvalid,
  uuidInvalid,
} from '../../diagnostics/catalog/cli.ts';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import type { LedgerEntry } from '../../diagnostics/ledger.ts';
import { located } from '../../diagnostics/origin.ts';
import type { Sources } from '../../diagnostics/render.ts';
import type { LxcHost } from '../../frontend/lxc/host.ts';
import type { readLxc } from '../../frontend/lxc/read.ts';
import { parseSize } from '../../libvirt/numbers.ts';
import { errorCode } from '../../linux/error-code.ts';
import { printDomainXml } from '../../print/domain-xml.ts';
import { Failure } from '../failure.ts';
import { isDomain, readInput, wrongKind } from '../input.ts';
import { identityOf, lxcHost } from '../lxc-host.ts';
import { print } from '../output.ts';
import { isStandardOutput, writeText } from '../output-file.ts';
import { randomUuid } from '../random-uuid.ts';
import { Report } from '../report/report.ts';
import { fileName } from '../text-file.ts';
import type { Options } from './domxml-from-native-options.ts';

/**
 * Converts lxc configs to domain XML on standard output, or into a folder. What of them is changed or lost is told
 * on standard error, line by line.
 */
export async function domxmlFromNative(
  operands: readonly string[],
  options: Options,
): Promise<void> {
  const [format, ...files] = [
    ...(options.format === undefined ? [] : [options.format]),
    ...operands,
    ...(options.config === undefined ? [] : [options.config]),
  ];
  if (options.libvirtQuirks === true) {
    const { likeVirsh } = await import('./domxml-from-native-quirks.ts');
    return likeVirsh(format, files, options);
  }
  if (format !== 'lxc-tools') throw new Failure([formatUnsupported(format ?? '')]);
  if (files.length === 0) throw new Failure([needsConfig()]);
  if (options.uuid !== undefined && files.length > 1) throw new Failure([oneUuid(files.length)]);
  const uuid = options.uuid === undefined ? undefined : readUuid(options.uuid);
  const { root, hostMemory } = options;
  const host = lxcHost({
    ...(root === undefined ? {} : { root }),
    ...(hostMemory === undefined ? {} : { memoryKiB: readMemory(hostMemory) }),
  });
  const targets = outputs(files, options.output);
  const report = new Report(files.length, options);
  const { readLxc } = await import('../../frontend/lxc/read.ts'); // and with it the parser generator
  for (const file of files) {
    report.start(file);
    const { xml, ...told } = convertFile(readLxc, file, options, { host, uuid, report });
    const failure = xml === undefined ? undefined : deliver(xml, targets?.get(file));
    const diagnostics = failure === undefined ? told.diagnostics : [...told.diagnostics, failure];
    report.add({ ...told, file, diagnostics });
  }
  if (!report.end()) process.exitCode = 1;
}

interface Converted {
  readonly xml?: string;
  readonly diagnostics: readonly Diagnostic[];
  readonly ledger: readonly LedgerEntry[];
  readonly lines: number;
  readonly sources: Sources;
}

/** What is the same for all files. */
interface Around {
  readonly host: LxcHost;
  readonly uuid: string | undefined;
  readonly report: Report;
}

function convertFile(
  read: typeof readLxc,
  file: string,
  { full = false, strict, emulator, lxcVersion }: Options,
  { host, uuid, report }: Around,
): Converted {
  let text: string;
  try {
    text = configText(file);
  } catch (cause) {
    if (!(cause instanceof Failure)) throw cause;
    return { diagnostics: cause.diagnostics, ledger: [], lines: 0, sources: cause.sources };
  }
  const stats = statSync(file, { throwIfNoEntry: false });
  const { domain, ...told } = read(fileName(file), text, {
    full,
    host,
    emulator,
    version: lxcVersion,
    ...(stats === undefined ? {} : { identity: identityOf(stats) }),
  });
  if (domain === undefined) return told;
  const lost = strict === true ? report.lost(told) : 0;
  if (lost > 0) {
    return { ...told, diagnostics: [...told.diagnostics, linesLost(fileName(file), lost)] };
  }
  const named = { ...domain, uuid: located(uuid ?? randomUuid(), domain.origin) };
  return { ...told, xml: printDomainXml(named) };
}

/** A text that is no known kind of file is read as a config: that says what is wrong with it. */
function configText(path: string): string {
  const input = readInput(path);
  if (input.kind === 'lxc' || (input.kind === 'xml' && !/^\s*</.test(input.text)))
    return input.text;
  const use = isDomain(input) ? 'lxplain format FILE' : undefined;
  throw wrongKind(input, 'a config of lxc-tools', use);
}

/** Prints as virsh does, with an empty line behind, or writes a file. */
function deliver(xml: string, target: string | undefined): Diagnostic | undefined {
  if (target === undefined) {
    print(`${xml}\n`);
    return undefined;
  }
  try {
    writeText(target, xml);
    return undefined;
  } catch (cause) {
    if (!(cause instanceof Failure)) throw cause;
    return cause.diagnostics[0];
  }
}

/** Where the XML of each file goes: to a folder, or of a single one to a file; else to standard output. */
function outputs(
  files: readonly string[],
  output: string | undefined,
): ReadonlyMap<string, string> | undefined {
  if (output === undefined || isStandardOutput(output)) {
    if (files.length > 1) throw new Failure([needsOutput()]);
    return undefined;
  }
  const [only] = files;
  if (files.length === 1 && only !== undefined && !isFolder(output))
    return new Map([[only, output]]);
  try {
    makeFolder(output);
  } catch (cause) {
    throw new Failure([fileUnwritable(output, errorCode(cause))]);
  }
  const targets = new Map<string, string>();
  const taken = new Map<string, string>();
  for (const file of files) {
    const target = join(output, `${nameOf(file)}.xml`);
    const other = taken.get(target);
    if (other !== undefined) throw new Failure([outputTwice(target, other, file)]);
    taken.set(target, file);
    targets.set(file, target);
  }
  return targets;
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false; // and writing to it will say why
  }
}

/** With those above it. By hand: Node's own never ends below /proc, where mkdir(2) says ENOENT. */
function makeFolder(path: string): void {
  if (isFolder(path)) return;
  const above = dirname(path);
  if (above !== path) makeFolder(above);
  mkdirSync(path);
}

/** `box` of `box.conf`, and of `/var/lib/lxc/box/config`. */
const nameOf = (file: string): string =>
  file === '-'
    ? 'stdin'
    : basename(file) === 'config'
      ? basename(dirname(resolve(file)))
      : basename(file).replace(/\.conf(ig)?$/, '');

function readUuid(text: string): string {
  const hex = text.replaceAll('-', '').toLowerCase();
  if (!/^[0-9a-f]{32}$/.test(hex)) throw new Failure([uuidInvalid(text)]);
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

function readMemory(text: string): number {
  const size = parseSize(text);
  if (size.kind !== 'bytes' || size.bytes < 1024n || size.bytes >= 1n << 63n) {
    throw new Failure([sizeInvalid(text)]);
  }
  return Number(size.bytes / 1024n);
}

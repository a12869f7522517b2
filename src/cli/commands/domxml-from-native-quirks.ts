import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { convertLikeLibvirt } from '../../convert/libvirt-quirks.ts';
import { boundInstead, mountOfType, networkLeft } from '../../diagnostics/catalog/ledger.ts';
import { type LedgerEntry, renderEntry } from '../../diagnostics/ledger.ts';
import type { Sources } from '../../diagnostics/render.ts';
import { noHost } from '../../frontend/lxc/host.ts';
import { print, printError } from '../output.ts';
import { randomUuid } from '../random-uuid.ts';
import { renderLine, toldLines } from '../report/lines.ts';
import { fileName } from '../text-file.ts';
import type { Options } from './domxml-from-native-options.ts';

/** virsh takes any mount with an absolute source for a bind: an overlay for one of its lower directory, writable. */
function asBind(entry: LedgerEntry, sources: Sources): LedgerEntry {
  const { code, span } = entry;
  if (span === undefined || code !== mountOfType('').code) return entry;
  const line = sources.get(span.file)?.slice(span.start, span.end) ?? '';
  const type = /=\s*["']?\/\S*\s+\S+\s+(\S+)/.exec(line)?.[1];
  return type === undefined ? entry : { ...entry, ...boundInstead(type) };
}

const hostNetwork = (file: string): LedgerEntry => ({
  fate: 'lost',
  subject: 'lxc.net.N.type',
  ...networkLeft,
  file,
});

const MIB = 1024 * 1024;
/** @see libvirt 9.0, src/util/virfile.c, virFileReadAll; tools/virsh-domain.c, cmdDomXMLFromNative */
const MAX_FILE = 10 * MIB;
/** @see libvirt 9.0, src/rpc/virnetprotocol.x, VIR_NET_MESSAGE_STRING_MAX */
const MAX_STRING = 4 * MIB;

/**
 * Prints what virsh 9.0 prints, on both streams, and exits as it does. Bytes are characters here. Only where virsh
 * converts and says nothing, what it takes from the isolation of the container is told on standard error.
 */
export async function likeVirsh(
  format: string | undefined,
  files: readonly string[],
  options: Options,
): Promise<void> {
  const [file, unexpected] = files;
  if (unexpected !== undefined) {
    printError(`error: unexpected data '${unexpected}'\n`);
    process.exitCode = 1;
    return;
  }
  const missing = [
    ...(format === undefined ? ['<format>'] : []),
    ...(file === undefined ? ['<config>'] : []),
  ];
  for (const option of missing) {
    printError(`error: command 'domxml-from-native' requires ${option} option\n`);
  }
  if (format === undefined || file === undefined) {
    process.exitCode = 1;
    return;
  }
  const answer = answerFor(format, file, options);
  if (answer.kind === 'converted') {
    print(Buffer.from(`${answer.xml}\n`, 'latin1'));
    const { bytes, xml } = answer;
    return tellSecurity(file, Buffer.from(bytes, 'latin1').toString(), xml);
  }
  print('\n');
  printError(Buffer.from(`error: ${answer.message}\n`, 'latin1'));
  process.exitCode = 1;
}

const refused = (message: string) => ({ kind: 'refused', message }) as const;

function answerFor(format: string, file: string, { uuid, emulator }: Options) {
  for (const [option, value] of [
    ['format', format],
    ['config', file],
  ]) {
    if (value === '') return refused(`Failed to get option '${option}': Option argument is empty`);
  }
  const bytes = readBytes(file);
  if (typeof bytes !== 'string') return refused(bytes.message);
  if (format !== 'lxc-tools') {
    return refused(`invalid argument: unsupported config type ${format}`);
  }
  if (bytes.length > MAX_STRING) return refused('Unable to encode message payload');
  const guestArchs = process.arch === 'arm64' ? ['aarch64', 'armv7l'] : ['x86_64', 'i686'];
  const host = { uuid: uuid ?? randomUuid(), emulator, guestArchs };
  const answer = convertLikeLibvirt(bytes, host);
  if (answer.kind === 'refused') return answer;
  if (answer.xml.length > MAX_STRING) return refused('Unable to encode message payload');
  return { ...answer, bytes };
}

/** The lines that virsh drops, or takes for others, although they confine the container or keep it from writing. */
async function tellSecurity(path: string, text: string, xml: string): Promise<void> {
  const { readLxc } = await import('../../frontend/lxc/read.ts');
  const file = fileName(path);
  const { domain, understood, ledger, sources } = readLxc(file, text, {
    full: false,
    host: noHost,
    despiteFaults: true,
  });
  const entries = ledger.map((entry) => asBind(entry, sources));
  const lines = toldLines(entries).filter(({ grade }) => grade === 'security');
  const told = lines.map((line) => renderLine(line, sources));
  const isAlone = (domain ?? understood?.domain)?.features.privnet !== undefined;
  if (isAlone && !xml.includes('<privnet/>')) told.push(renderEntry(hostNetwork(file), sources));
  if (told.length > 0) printError(`${told.join('\n')}\n`);
}

/** One character per byte; the names of files come back as bytes, too. */
function readBytes(file: string): string | { readonly message: string } {
  const path = Buffer.from(file).toString('latin1');
  let descriptor: number;
  try {
    descriptor = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (cause) {
    return { message: `Failed to open file '${path}': ${strerror(cause)}` };
  }
  try {
    const stats = fstatSync(descriptor);
    // virsh would wait for a FIFO, and read a device until it is too large.
    if (!stats.isFile() && !stats.isDirectory()) {
      return { message: `Failed to read file '${path}': Value too large for defined data type` };
    }
    if (stats.size > MAX_FILE && stats.isFile()) {
      return { message: `Failed to read file '${path}': Value too large for defined data type` };
    }
    return readFileSync(descriptor, 'latin1');
  } catch (cause) {
    return { message: `Failed to read file '${path}': ${strerror(cause)}` };
  } finally {
    closeSync(descriptor);
  }
}

/** The text of strerror(3): Node's is the same behind the code, in lower case. */
function strerror(cause: unknown): string {
  const { code = '', message } = cause as NodeJS.ErrnoException;
  const known: Readonly<Record<string, string>> = {
    ENOENT: 'No such file or directory',
    EACCES: 'Permission denied',
    EISDIR: 'Is a directory',
    ENOTDIR: 'Not a directory',
    ENAMETOOLONG: 'File name too long',
    ELOOP: 'Too many levels of symbolic links',
  };
  return known[code] ?? message;
}

import { type Read, readDomain } from '../../compile.ts';
import {
  cgroupsUnknown,
  formatUnsupported,
  linesLost,
  needsDomain,
  noDomain,
  notRunning,
} from '../../diagnostics/catalog/cli.ts';
import { onHost } from '../../facts/probe/path.ts';
import type { CgroupVersions } from '../../print/lxc-conf/writer.ts';
import { printLxcConf } from '../../print/lxc-conf.ts';
import { Failure } from '../failure.ts';
import { findDomain, notesOf } from '../find-domain.ts';
import { readInput } from '../input.ts';
import { print } from '../output.ts';
import { readDomainInput } from '../planning.ts';
import { Report, type ReportOptions } from '../report/report.ts';

interface Options extends ReportOptions {
  readonly domain?: string;
  readonly xml?: string;
  readonly cgroups: string;
  readonly strict?: boolean;
}

/** Converts a domain to an lxc config on standard output. What the config does not say is told on standard error. */
export async function domxmlToNative(
  format: string,
  operand: string | undefined,
  options: Options,
): Promise<void> {
  if (format !== 'lxc-tools') throw new Failure([formatUnsupported(format)]);
  const name = options.domain ?? operand;
  if ((name === undefined) === (options.xml === undefined)) throw new Failure([needsDomain()]);
  const file = options.xml ?? `${name}`;
  const read = options.xml === undefined ? await readRunning(file) : await readFile(file);
  const { domain, diagnostics, sources } = read;
  if (domain === undefined) throw new Failure(diagnostics, sources);
  const { text, ledger } = printLxcConf(domain, file, {
    cgroups: versionsOf(options.cgroups),
    host: { deviceNumbers, isFile },
  });
  const report = new Report(1, options);
  const lost = report.lost({ ledger, sources });
  const isRefused = options.strict === true && lost > 0;
  report.add({
    file,
    diagnostics: isRefused ? [...diagnostics, linesLost(file, lost)] : diagnostics,
    ledger,
    sources,
  });
  if (report.end()) print(text);
  else process.exitCode = 1;
}

const readFile = (file: string): Promise<Read> => readDomainInput(readInput(file));

function readRunning(name: string): Promise<Read> {
  const program = notesOf(findDomain(name));
  if (program === undefined) throw new Failure([notRunning(name)]);
  if (program.domainXml === undefined) throw new Failure([noDomain(name)]);
  return readDomain(name, program.domainXml);
}

function versionsOf(text: string): CgroupVersions {
  if (text === 'v1' || text === 'v2' || text === 'both') return text;
  throw new Failure([cgroupsUnknown(text)]);
}

const isFile = (path: string): boolean =>
  !['directory', 'missing', undefined].includes(onHost(path)?.kind);

/** As the rules of the devices controller name a device: `c 10:200`. */
function deviceNumbers(path: string): string | undefined {
  const fact = onHost(path);
  if (fact?.kind !== 'block' && fact?.kind !== 'char') return undefined;
  return `${fact.kind === 'block' ? 'b' : 'c'} ${fact.major}:${fact.minor}`;
}

import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compilePlan } from '../../src/assemble.ts';
import { makePlan, readDomain } from '../../src/compile.ts';
import type { HostFacts } from '../../src/facts/facts.ts';
import { probeFacts } from '../../src/facts/probe.ts';
import type { Mode } from '../../src/lower/mode.ts';
import { wantedFacts } from '../../src/passes/wanted.ts';
import type { Plan } from '../../src/plan/plan.ts';
import { busybox, HANGS_MS } from '../tools.ts';

// Domains with a root of their own, compiled for this machine and run.

/** Why no container with a root of busybox can run here; undefined if one can. */
export const noContainer: string | undefined =
  process.getuid?.() !== 0
    ? 'needs root'
    : busybox === undefined
      ? 'needs busybox-static'
      : undefined;

/** What the title of a test says of that. */
export const skipped = (reason: string | undefined): string =>
  reason === undefined ? '' : ` (skipped: ${reason})`;

/** The user of the host who is root inside. */
export const ID = 100_000;
export const idmap = `<idmap><uid start='0' target='${ID}' count='65536'/><gid start='0' target='${ID}' count='65536'/></idmap>`;
export const privnet = '<features><privnet/></features>';

const filesystem = (type: string, source: string, target: string, more: string): string =>
  `<filesystem type='${type}'><source ${source}/><target dir='${target}'/>${more}</filesystem>\n`;
export const mounted = (source: string, target: string, more = ''): string =>
  filesystem('mount', `dir='${source}'`, target, more);
export const bound = (source: string, target: string, more = ''): string =>
  filesystem('bind', `dir='${source}'`, target, more);
export const ram = (target: string, kibibytes = 1024, more = ''): string =>
  filesystem('ram', `usage='${kibibytes}' units='KiB'`, target, more);

/** Elements of our own namespace. */
export const extension = (...elements: readonly string[]): string =>
  `<metadata><lxplain:domain xmlns:lxplain='urn:lxplain:domain:1'>${elements
    .map((each) => `<lxplain:${each}/>`)
    .join('')}</lxplain:domain></metadata>`;

export const image = (file: string, target: string, attributes = '', more = ''): string =>
  `<filesystem type='file'${attributes}><source file='${file}'/><target dir='${target}'/>${more}</filesystem>\n`;
export const disk = (file: string, target = 'sda', more = ''): string =>
  `<disk type='file'><source file='${file}'/><target dev='${target}'/>${more}</disk>\n`;

export interface Contents {
  readonly init: readonly string[];
  /** Elements of `<domain>`, of `<devices>` and of `<os>`. */
  readonly more?: string;
  readonly devices?: string;
  readonly os?: string;
}

export const domainXml = (name: string, { init, more = '', devices = '', os = '' }: Contents) => {
  const [path, ...args] = init;
  const words = args.map((arg) => `<initarg><![CDATA[${arg}]]></initarg>`).join('');
  return `<domain type='lxc'>
<name>${name}</name>
<memory unit='MiB'>64</memory>
<os><type>exe</type><init>${path}</init>${words}${os}</os>
${more}
<devices>
${devices}<console type='pty'/>
</devices>
</domain>
`;
};

/** A directory with busybox in it, and links of these names to it. */
export function makeRoot(at: string, applets: readonly string[]): void {
  mkdirSync(join(at, 'bin'), { recursive: true });
  if (busybox !== undefined) copyFileSync(busybox, join(at, 'bin/busybox'));
  for (const name of applets) symlinkSync('busybox', join(at, 'bin', name));
}

/** An ext4 file system in a file, with what is in a directory. */
export function makeImage(at: string, from: string, mebibytes = 8): void {
  writeFileSync(at, '');
  truncateSync(at, mebibytes << 20);
  const owned = ['-E', 'root_owner=0:0', '-m', '0'];
  execFileSync('mkfs.ext4', ['-q', '-F', '-d', from, ...owned, at]);
}

export const foreground: Mode = { kind: 'foreground', client: false };
export const detached: Mode = { kind: 'detached', client: false };

/**
 * Compiles a domain for this machine, and writes the program. `seen`: what of the machine the compiler is told.
 * @throws Error with the diagnostics
 */
export async function compileTo(
  output: string,
  xml: string,
  mode: Mode = foreground,
  seen = (facts: HostFacts): HostFacts => facts,
): Promise<Plan> {
  const { domain, diagnostics, sources } = await readDomain('domain.xml', xml);
  if (domain === undefined) throw new Error(JSON.stringify(diagnostics));
  const facts = seen(probeFacts((machine) => wantedFacts(domain, machine)));
  const made = makePlan(domain, facts, sources);
  if (made.plan === undefined) throw new Error(JSON.stringify(made.diagnostics));
  const elf = compilePlan(made.plan, { arch: made.plan.arch, mode, domainXml: xml });
  writeFileSync(output, elf, { mode: 0o755 });
  return made.plan;
}

/** Runs a program to its end, without input. `under`: what runs it. Its output is without carriage returns. */
export function run(program: string, under: readonly string[] = []) {
  const [command = '', ...args] = [...under, program];
  const options = { encoding: 'utf8', input: '', timeout: HANGS_MS } as const;
  const { status, stdout, stderr } = spawnSync(command, args, options);
  return { status, stdout: stdout.replaceAll('\r', ''), stderr };
}

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { convertLikeLibvirt } from '../../src/convert/libvirt-quirks.ts';
import { render } from '../../src/diagnostics/render.ts';
import { formatLxc } from '../../src/frontend/lxc/format.ts';
import type { LxcHost } from '../../src/frontend/lxc/host.ts';
import { allNames } from '../../src/frontend/lxc/keys.ts';
import { readLxc } from '../../src/frontend/lxc/read.ts';
import { readXml } from '../../src/frontend/xml/read.ts';
import { printDomainXml } from '../../src/print/domain-xml.ts';
import { printLxcConf } from '../../src/print/lxc-conf.ts';
import { lxcConfig } from '../arbitraries/lxc.ts';
import { mutated } from '../arbitraries/mutated.ts';

/** `npm run fuzz` sets it to ten minutes. */
const SECONDS = Number(process.env.LXPLAIN_FUZZ_SECONDS ?? 2);
const MAX_CHARACTERS = 4 * 1024 * 1024;
/** Of processor time; a machine may have other things to do. */
const MAX_MS = 200;

const corpusFolder = join(import.meta.dirname, '../../golden/recorded/conversion');
const corpus = readdirSync(corpusFolder)
  .filter((file) => file.endsWith('.config'))
  .map((file) => readFileSync(join(corpusFolder, file), 'utf8'));

const words = [
  ...allNames.map((key) => `\n${key} = `),
  ...['\n', '\r', '=', '"', "'", '#', ' ', '\t', '\0', '-1', '4294967296', '%', '../', '\\040'],
  ...['lxc.', 'lxc.net.0.', 'lxc.network.type = veth\n', 'lxc.include = self\n', '__proto__'],
];

/** Every included file is the config itself under another name, up to a depth. */
const hostOf = (text: string): LxcHost => {
  let count = 0;
  return {
    include: (path) =>
      path === ''
        ? { kind: 'missing' }
        : { kind: 'files', files: [{ file: path, text, identity: `${count++}` }] },
    fstab: () => ({ kind: 'file', text }),
    kind: () => undefined,
    memoryKiB: 4 * 1024 * 1024,
  };
};

const millis = ({ user, system }: NodeJS.CpuUsage): number => (user + system) / 1000;

function readAll(text: string): void {
  for (const full of [false, true]) {
    const { domain, diagnostics, sources } = readLxc('box.conf', text, {
      full,
      host: hostOf(text),
    });
    for (const diagnostic of diagnostics) render(diagnostic, sources);
    expect(domain === undefined).toBe(diagnostics.some(({ severity }) => severity === 'error'));
    if (domain === undefined) continue;
    const xml = printDomainXml(domain);
    const unreadable = readXml('box.xml', xml).diagnostics.filter(({ code }) =>
      /^xml\/(?!too-many)/.test(code),
    );
    expect(unreadable, xml).toEqual([]);
    printLxcConf(domain, 'box.conf', {
      cgroups: 'both',
      host: { deviceNumbers: () => undefined, isFile: () => false },
    });
  }
}

const text = fc.oneof(
  { weight: 6, arbitrary: mutated(corpus, words) },
  { weight: 2, arbitrary: lxcConfig },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 2000 }) },
);

test(
  `${SECONDS} seconds of mutated configs: diagnostics, no exceptions, in time`,
  () => {
    let [runs, slowest] = [0, 0];
    const property = fc.property(text, (chosen) => {
      if (chosen.length > MAX_CHARACTERS) return;
      const config = Buffer.from(chosen).toString(); // a file is UTF-8: no half of a surrogate pair
      const before = process.cpuUsage();
      readLxc('box.conf', config, { full: false, host: hostOf(config) });
      slowest = Math.max(slowest, millis(process.cpuUsage(before)));
      readAll(config);
      const formatted = formatLxc(config);
      expect(formatLxc(formatted)).toBe(formatted);
      convertLikeLibvirt(Buffer.from(config).toString('latin1'), {
        uuid: '',
        emulator: '',
        guestArchs: [],
      });
      runs++;
    });
    fc.assert(property, {
      numRuns: Number.MAX_SAFE_INTEGER,
      interruptAfterTimeLimit: SECONDS * 1000,
      markInterruptAsFailure: false,
    });
    console.log(`lxc configs: ${runs} inputs, the slowest took ${slowest.toFixed(0)} ms`);
    expect(runs).toBeGreaterThan(50);
    expect(slowest).toBeLessThan(MAX_MS * 2); // the first ones are not compiled yet
  },
  SECONDS * 1000 + 60_000,
);

const repeated = (line: string): string =>
  line.repeat(Math.floor(MAX_CHARACTERS / line.length)).slice(0, MAX_CHARACTERS);

test.each([
  ['assignments', repeated('lxc.group = a\n')],
  ['empty lines', repeated('\n')],
  ['carriage returns', repeated('\r\n')],
  ['faults', repeated('x lxc\nlxc.\n')],
  ['one long value', `lxc.group = ${'x'.repeat(MAX_CHARACTERS - 20)}`],
  ['one long key', `lxc.${'x'.repeat(MAX_CHARACTERS - 20)}`],
  ['one long line of blanks', `lxc.group${' '.repeat(MAX_CHARACTERS - 20)}x`],
  ['one long list of mounts', `lxc.mount.entry = ${'a '.repeat(MAX_CHARACTERS / 2 - 20)}`],
  ['1,499 mounts', 'lxc.mount.entry = /a b none bind\n'.repeat(1_499)],
  [
    '1,499 networks',
    Array.from({ length: 1_499 }, (_, n) => `lxc.net.${n}.type = veth`).join('\n'),
  ],
  ['1,499 addresses', 'lxc.net.0.ipv4.address = 10.0.0.1/8\n'.repeat(1_499)],
  ['long names of capabilities', `lxc.cap.drop = ${'x'.repeat(100)} `.repeat(30_000)],
  ['quotes', `lxc.execute.cmd = ${'"a '.repeat(MAX_CHARACTERS / 3 - 20)}`],
  ['digits', `lxc.cgroup.cpu.shares = ${'9'.repeat(MAX_CHARACTERS - 40)}`],
  ['a set', `lxc.cgroup.cpuset.cpus = ${'0-16383,'.repeat(MAX_CHARACTERS / 8 - 10)}`],
])(`%s: answered within ${MAX_MS} ms`, (_, config) => {
  const before = process.cpuUsage();
  const { diagnostics } = readLxc('box.conf', config, { full: true, host: hostOf('') });
  const took = millis(process.cpuUsage(before));
  expect(diagnostics.length).toBeLessThan(200);
  expect(took).toBeLessThan(MAX_MS);
});

import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { compilePlan, makePlan, readDomain, wantedFacts } from '../../src/compile.ts';
import { probeFacts } from '../../src/facts/probe.ts';
import { lower } from '../../src/lower/lower.ts';
import { busybox, hasStrace } from '../tools.ts';
import { compareTrace } from './trace.ts';

const why =
  process.getuid?.() !== 0
    ? ' (skipped: needs root)'
    : !hasStrace
      ? ' (skipped: needs strace)'
      : busybox === undefined
        ? ' (skipped: needs busybox-static)'
        : '';
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lxplain-trace-'));
  for (const name of ['root/bin', 'root/etc', 'data'])
    mkdirSync(join(folder, name), { recursive: true });
  if (busybox !== undefined) copyFileSync(busybox, join(folder, 'root/bin/busybox'));
  symlinkSync('busybox', join(folder, 'root/bin/sh'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const idmap = `<idmap><uid start='0' target='100000' count='65536'/><gid start='0' target='100000' count='65536'/></idmap>`;
const filesystem = (type: string, from: string, to: string, more = '') =>
  `<filesystem type='${type}'><source ${from}/><target dir='${to}'/>${more}</filesystem>`;
const root = (more = '') => filesystem('mount', "dir='ROOT/root'", '/', more);
const four = `${root()}${filesystem('mount', "dir='ROOT/data'", '/data')}${filesystem('ram', "usage='1' units='MiB'", '/tmp')}${filesystem('bind', "dir='/etc'", '/mnt/etc', '<readonly/>')}`;
const privnet = '<features><privnet/></features>';

test.skipIf(why !== '').each([
  ['host-root', '', ''],
  ['private-root', privnet, root()],
  ['readonly-root', privnet, `${four}`.replace('</filesystem>', '<readonly/></filesystem>')],
  ['four-filesystems', '', four],
  ['consoles', '', `${root()}<console type='pty'/><console type='pty'/><console type='pty'/>`],
  [
    'capabilities',
    "<features><capabilities policy='deny'><chown state='on'/></capabilities></features>",
    root(),
  ],
  ['memtune', "<memtune><soft_limit unit='MiB'>32</soft_limit></memtune>", root()],
  ['idmap', `${idmap}${privnet}`, root()],
  ['idmap-host-network', idmap, root()],
  ['idmap-four-filesystems', `${idmap}${privnet}`, four],
])(`%s: the trace of a start equals the listing${why}`, async (name, more, devices) => {
  const text = `<domain type='lxc'><name>lxplain-trace-${name}</name><memory unit='MiB'>64</memory>
<os><type>exe</type><init>/bin/sh</init><initarg>-c</initarg><initarg>exit 7</initarg></os>
${more}<devices>${devices.replaceAll('ROOT', folder)}</devices></domain>`;
  const read = await readDomain('domain.xml', text);
  expect(read.diagnostics).toEqual([]);
  const domain = read.domain!;
  const { plan } = makePlan(
    domain,
    probeFacts(wantedFacts(domain)),
    new Map([['domain.xml', text]]),
  );
  const mode = { kind: 'foreground', client: false } as const;
  const program = join(folder, name);
  const trace = join(folder, `${name}.trace`);
  writeFileSync(program, compilePlan(plan!, { arch: plan!.arch, mode, domainXml: '' }), {
    mode: 0o755,
  });
  const options = ['-f', '-v', '-e', 'abbrev=bpf', '-s', '100000', '-o', trace, program];
  const { status, stderr } = spawnSync('strace', options, {
    encoding: 'utf8',
    input: '',
    timeout: 20_000,
  });
  expect({ status, stderr }).toEqual({ status: 7, stderr: '' });
  const listed = lower(plan!, plan!.arch, mode);
  const { differences, compared } = compareTrace(listed, readFileSync(trace, 'utf8'));
  expect(differences).toEqual([]);
  expect(compared).toBeGreaterThan(100);
});

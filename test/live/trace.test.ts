import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { lower } from '../../src/lower/lower.ts';
import { hasStrace } from '../tools.ts';
import {
  bound,
  compileTo,
  disk,
  domainXml,
  extension,
  foreground,
  idmap,
  image,
  makeImage,
  makeRoot,
  mounted,
  noContainer,
  privnet,
  ram,
  run,
  skipped,
} from './domains.ts';
import { compareTrace } from './trace.ts';

const why = skipped(noContainer ?? (hasStrace ? undefined : 'needs strace'));
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lxplain-trace-'));
  makeRoot(join(folder, 'root'), ['sh']);
  for (const name of ['root/etc', 'data']) mkdirSync(join(folder, name));
  makeImage(join(folder, 'root.img'), join(folder, 'root'));
  makeImage(join(folder, 'data.img'), join(folder, 'data'));
  writeFileSync(join(folder, 'disk.img'), Buffer.alloc(4096));
});
afterAll(() => rmSync(folder, { recursive: true }));

const root = (more = '') => mounted('ROOT/root', '/', more);
const three = `${mounted('ROOT/data', '/data')}${ram('/tmp')}${bound('/etc', '/mnt/etc', '<readonly/>')}`;
/** Both ends have addresses, without a bridge on this machine. */
const pair = (more: string) =>
  `<interface type='ethernet'><source><ip address='192.0.2.1' prefix='24'/></source>${more}</interface>`;
const address =
  "<ip address='192.0.2.2' prefix='24'/><ip address='fd00::2' prefix='64'/><route address='0.0.0.0' gateway='192.0.2.1'/>";
const mapped = " accessmode='mapped'";
const shared = (source: string, target: string) =>
  `<filesystem type='mount'${mapped}><source dir='${source}'/><target dir='${target}'/></filesystem>`;
const four = `${root()}${three}`;

const confining = extension(
  "security seccomp='builtin'",
  "limit name='nofile' soft='64' hard='128'",
  "limit name='core' soft='0'",
  "sysctl name='net.ipv4.ip_forward' value='1'",
  "sysctl name='kernel.msgmax' value='4096'",
);
const denying =
  "<features><capabilities policy='deny'><chown state='on'/></capabilities></features>";

test.skipIf(why !== '').each([
  ['host-root', '', ''],
  ['private-root', privnet, root()],
  ['readonly-root', privnet, `${root('<readonly/>')}${three}`],
  ['four-filesystems', '', four],
  ['consoles', '', `${root()}<console type='pty'/><console type='pty'/>`],
  [
    'capabilities',
    "<features><capabilities policy='deny'><chown state='on'/></capabilities></features>",
    root(),
  ],
  ['memtune', "<memtune><soft_limit unit='MiB'>32</soft_limit></memtune>", root()],
  ['idmap', `${idmap}${privnet}`, root()],
  ['idmap-host-network', idmap, root()],
  ['idmap-four-filesystems', `${idmap}${privnet}`, four],
  [
    'interfaces',
    '',
    `${root()}${pair(`${address}<guest dev='lan'/><mtu size='1400'/><target dev='lxplain-lan0'/>`)}${pair("<link state='up'/>")}`,
  ],
  ['interfaces-idmap', idmap, `${root()}${pair(address)}`],
  [
    'images',
    '',
    `${image('ROOT/root.img', '/')}${image('ROOT/data.img', '/data')}${disk('ROOT/disk.img')}`,
  ],
  ['confined', `${confining}${privnet}${denying}`, root()],
  [
    'confined-idmap',
    `${confining}${idmap}${privnet}<numatune><memory mode='preferred' nodeset='0'/></numatune>`,
    `${root()}${pair(address)}`,
  ],
  [
    'idmapped',
    idmap,
    `${shared('ROOT/root', '/')}${image('ROOT/data.img', '/data', mapped)}${shared('ROOT/data', '/srv')}`,
  ],
])(`%s: the trace of a start equals the listing${why}`, async (name, more, devices) => {
  const [program, trace] = [join(folder, name), join(folder, `${name}.trace`)];
  const init = ['/bin/sh', '-c', 'exit 7'];
  const contents = { init, more, devices: devices.replaceAll('ROOT', folder) };
  const plan = await compileTo(program, domainXml(`lxplain-trace-${name}`, contents));
  const strace = ['strace', '-f', '-v', '-e', 'abbrev=bpf,seccomp', '-s', '100000', '-o', trace];
  const { status, stderr } = run(program, strace);
  expect({ status, stderr }).toEqual({ status: 7, stderr: '' });
  const listed = lower(plan, plan.arch, foreground);
  const { differences, compared } = compareTrace(listed, readFileSync(trace, 'utf8'));
  expect(differences).toEqual([]);
  expect(compared).toBeGreaterThan(100);
});

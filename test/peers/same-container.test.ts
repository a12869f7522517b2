import { spawn } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  constants,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  bound,
  disk as fileDisk,
  ID,
  idmap,
  image,
  makeImage,
  mounted,
  privnet,
  ram,
} from '../live/domains.ts';
import { until } from '../tools.ts';
import { asRow, differences, readTable } from './differences.ts';
import { type Dump, makeDumpRoot, readDump, withoutRun } from './dump.ts';
import { type Libvirtd, noLibvirtd, startLibvirtd } from './libvirtd.ts';

const repository = join(import.meta.dirname, '../..');
const lxplain = join(repository, 'bin/lxplain');
const document = join(repository, 'docs/differences.md');
const busybox = '/bin/busybox';
const reason =
  noLibvirtd ??
  (!existsSync(busybox)
    ? 'needs busybox-static'
    : existsSync('/sys/fs/cgroup/memory')
      ? undefined
      : 'the list is of a host with cgroup v1');
const why = reason === undefined ? '' : ` (skipped: ${reason})`;

interface Case {
  readonly name: string;
  /** The file of a domain, or what stands in the one of this test. */
  readonly file?: string;
  /** The name of the domain, if it matters. */
  readonly domain?: string;
  readonly init?: string;
  /** What stands between `<os>` and `<devices>`. */
  readonly more?: string;
  readonly devices?: string;
  readonly root: 'host' | 'private' | 'read-only' | 'mapped';
  /** Typed at the console: `<init>` is a shell. */
  readonly typed?: true;
}

const privateRoot = (more = '') => mounted('FOLDER/root', '/', more);
const out = mounted('FOLDER/root/out', '/out');
const console = "<console type='pty'/>";
const capabilities = (policy: string, states: string) =>
  `<features><capabilities policy='${policy}'>${states}</capabilities></features>`;
/** All limits of a disk of this machine. */
function disk(): string {
  const name = readdirSync('/sys/block').find((each) => /^(vd|sd|nvme|xvd)/.test(each));
  return name === undefined
    ? ''
    : `<device><path>/dev/${name}</path><read_iops_sec>1000</read_iops_sec><write_iops_sec>2000</write_iops_sec><read_bytes_sec>100000000</read_bytes_sec><write_bytes_sec>200000000</write_bytes_sec></device>`;
}
const diskOf = (target: string, more = '') => {
  const source = readdirSync('/sys/block').find((each) => /^(loop|vd|sd|nvme)/.test(each));
  return `<disk type='block'><source dev='/dev/${source}'/><target dev='${target}'/>${more}</disk>`;
};
const misc = `<hostdev mode='capabilities' type='misc'><source><char>/dev/net/tun</char></source></hostdev>`;
const page = (number: number) => join(repository, `golden/cases/page-example-${number}/domain.xml`);

const cases: readonly Case[] = [
  { name: "the page's first example", file: page(1), domain: 'vm1', root: 'host', typed: true },
  { name: "the page's second example", file: page(2), domain: 'vm1', root: 'private' },
  { name: 'host root', root: 'host' },
  {
    name: 'host root, read-only',
    root: 'host',
    devices: `${mounted('/', '/', '<readonly/>')}${mounted('FOLDER/root/out', 'FOLDER/root/out')}`,
  },
  { name: 'read-only root', root: 'read-only', devices: `${privateRoot('<readonly/>')}${out}` },
  {
    name: 'file systems',
    root: 'private',
    devices: `${privateRoot()}${ram('/tmp')}${ram('/small', 64, '<readonly/>')}${mounted('FOLDER/data', '/data')}${mounted('FOLDER/data', '/new/data', '<readonly/>')}${mounted('FOLDER/data/file', '/file')}${bound('/data', '/again', '<readonly/>')}`,
  },
  {
    name: 'sources with mounts and flags of their own',
    root: 'private',
    devices: `${privateRoot()}${mounted('FOLDER/tree', '/tree')}${mounted('FOLDER/flags', '/flags', '<readonly/>')}${bound('/flags', '/again')}`,
  },
  {
    name: 'a target below and a target twice',
    root: 'private',
    devices: `${privateRoot()}${mounted('FOLDER/tree', '/tmp/tree')}${ram('/tmp')}${ram('/data', 2048)}${ram('/data', 3072)}`,
  },
  { name: 'three consoles', root: 'private', devices: `${privateRoot()}${console}${console}` },
  {
    name: 'capabilities by default',
    root: 'private',
    more: capabilities('default', "<mknod state='on'/><sys_chroot state='off'/>"),
  },
  { name: 'all capabilities', root: 'private', more: capabilities('allow', '') },
  {
    name: 'all capabilities but one',
    root: 'private',
    more: capabilities('allow', "<sys_admin state='off'/>"),
  },
  { name: 'no capability', root: 'private', more: capabilities('deny', '') },
  {
    name: 'two capabilities',
    root: 'private',
    more: capabilities('deny', "<mknod state='on'/><chown state='on'/>"),
  },
  { name: 'own network', root: 'private', more: privnet },
  {
    name: 'user namespace',
    root: 'mapped',
    more: `${idmap}${privnet}`,
    devices: `${privateRoot()}${mounted('FOLDER/data', '/read-only', '<readonly/>')}${ram('/tmp')}`,
  },
  {
    name: 'environment and arguments',
    root: 'private',
    init: "<init>/init</init><initarg>one</initarg><initarg>two words</initarg><initenv name='FIRST'>1</initenv><initenv name='TERM'>dumb</initenv><initdir>/bin</initdir><cmdline>quiet root=/dev/none</cmdline>",
  },
  {
    name: 'memory',
    root: 'private',
    more: "<memtune><hard_limit unit='MiB'>48</hard_limit><soft_limit unit='MiB'>32</soft_limit><swap_hard_limit unit='MiB'>96</swap_hard_limit></memtune>",
  },
  {
    name: 'limits of processors, and of input and output',
    root: 'private',
    more: `<vcpu cpuset='0'>1</vcpu><cputune><shares>512</shares><period>50000</period><quota>25000</quota></cputune><blkiotune><weight>300</weight>${disk()}</blkiotune>`,
  },
  {
    name: 'devices of the host',
    root: 'private',
    devices: `${privateRoot()}${diskOf('vda')}${diskOf('vdb', '<readonly/>')}${misc}`,
  },
  {
    name: 'devices of the host, user namespace',
    root: 'mapped',
    more: `${idmap}${privnet}`,
    devices: `${privateRoot()}${diskOf('vda')}${misc}`,
  },
  {
    name: 'images and disks that are files',
    root: 'private',
    devices: `${privateRoot()}${image('FOLDER/data.img', '/image')}${image('FOLDER/read.img', '/read', '', '<readonly/>')}${fileDisk('FOLDER/disk.img', 'sda')}${fileDisk('FOLDER/disk.img', 'sdb', '<readonly/>')}`,
  },
  { name: 'a name of many characters', domain: '-Same_container.1', root: 'private' },
];

let folder: string;
let libvirtd: Libvirtd;
const rows = readTable(readFileSync(document, 'utf8'));
const used = new Set<string>();

beforeAll(async () => {
  if (reason !== undefined) return;
  folder = mkdtempSync(join(tmpdir(), 'lxplain-same-'));
  chmodSync(folder, 0o755);
  mkdirSync(join(folder, 'in-image/below'), { recursive: true });
  for (const name of ['data.img', 'read.img'])
    makeImage(join(folder, name), join(folder, 'in-image'));
  writeFileSync(join(folder, 'disk.img'), Buffer.alloc(1 << 16));
  libvirtd = await startLibvirtd();
  for (const path of ['flags', 'tree/below']) {
    mkdirSync(join(folder, path), { recursive: true });
    const options = ['-t', 'tmpfs', '-o', 'nosuid,nodev', 'tmpfs', join(folder, path)];
    succeed(libvirtd.run('mount', options));
  }
  // Shown in a container where the host has it; a kernel may lack it.
  libvirtd.run('mount', ['-t', 'securityfs', 'securityfs', '/sys/kernel/security']);
});
afterAll(async () => {
  if (reason !== undefined) return;
  await libvirtd.stop();
  rmSync(folder, { recursive: true });
});

test.skipIf(reason !== undefined).each(cases)(
  `$name: what init sees differs only where docs/differences.md says so${why}`,
  async (given) => {
    const theirs = await dumpOf(given, 'libvirt');
    const ours = await dumpOf(given, 'lxplain');
    expect(theirs.size).toBeGreaterThan(80);
    const unlisted: string[] = [];
    for (const difference of differences(theirs, ours)) {
      const row = rows.find((candidate) => candidate.matches(difference));
      if (row === undefined) unlisted.push(asRow(difference));
      else used.add(row.text);
    }
    expect(unlisted).toEqual([]);
  },
);

test.skipIf(reason !== undefined)(
  `docs/differences.md has no row that no longer occurs${why}`,
  () => {
    expect(rows.map(({ text }) => text).filter((text) => !used.has(text))).toEqual([]);
  },
);

const uuid = '3c7e5f2a-1d0b-4c9e-8a61-0123456789ab';

/**
 * The domain of a case; libvirt refuses one whose emulator is not there. Interfaces are left out: its driver of networks
 * need not be installed.
 */
function domainXml(given: Case, runner: 'libvirt' | 'lxplain'): string {
  if (given.file !== undefined) {
    const text = readFileSync(given.file, 'utf8').replaceAll(/<interface.*?<\/interface>/gs, '');
    return runner === 'libvirt' ? text.replace(/<emulator>.*<\/emulator>/, '') : text;
  }
  const script = given.root === 'host' ? 'FOLDER/root/init' : '/init';
  const init =
    given.init ?? `<init>${busybox}</init><initarg>sh</initarg><initarg>${script}</initarg>`;
  const devices = given.devices ?? (given.root === 'host' ? '' : privateRoot());
  return `<domain type='lxc'><name>${nameOf(given)}</name><uuid>${uuid}</uuid><memory unit='MiB'>64</memory>
<os><type>exe</type>${init}</os>${given.more ?? ''}<devices>${devices}${console}</devices></domain>
`.replaceAll('FOLDER', folder);
}

const nameOf = ({ domain }: Case): string => domain ?? 'lxplain-same';

/** A root as the case wants it; libvirt makes no mount points in one that is read-only. */
function rootOf({ root }: Case): string {
  const points = root === 'read-only' ? ['proc', 'sys', 'dev', '.oldroot'] : [];
  const output = root === 'host' ? join(folder, 'root/out') : '/out';
  const at = makeDumpRoot(folder, { points, output, owner: root === 'mapped' ? ID : 0 });
  mkdirSync(join(folder, 'data/bin'));
  return at;
}

async function dumpOf(given: Case, runner: 'libvirt' | 'lxplain'): Promise<Dump> {
  const output = rootOf(given);
  const file = join(folder, 'domain.xml');
  writeFileSync(file, domainXml(given, runner));
  if (given.file !== undefined) provideOpt(given);
  const name = nameOf(given);
  const start = runner === 'libvirt' ? startWithVirsh : startWithLxplain;
  start(given, file, name);
  try {
    await until(() => existsSync(join(output, 'done')), `${runner} has dumped`);
  } finally {
    writeFileSync(join(output, 'stop'), '');
  }
  await ended(runner, name);
  if (given.file !== undefined) libvirtd.run('sh', ['-c', 'umount -R /opt 2>/dev/null']);
  return new Map([...readDump(output, normalise), ...leftInRoot(given)]);
}

/** What stands in the root after the end, with modes and owners. */
function leftInRoot({ root }: Case): [string, string][] {
  if (root === 'host') return [];
  return readdirSync(join(folder, 'root')).map((name) => {
    const { mode, uid, gid } = lstatSync(join(folder, 'root', name));
    return [`left /${name}`, `${(mode & 0o7777).toString(8)} ${uid}:${gid}`];
  });
}

/** The page's second example has its root below /opt. */
function provideOpt({ root }: Case): void {
  if (root === 'host') return;
  libvirtd.run('sh', [
    '-c',
    `mount -t tmpfs tmpfs /opt && mkdir /opt/vm-1-root && mount --bind ${folder}/root /opt/vm-1-root`,
  ]);
}

function startWithVirsh(given: Case, file: string, name: string): void {
  succeed(libvirtd.virsh('create', file));
  if (given.typed === undefined) return;
  const { stdout } = libvirtd.virsh('dumpxml', name);
  const path = /<source path='(\/dev\/pts\/\d+)'/.exec(stdout)?.[1] ?? '';
  const terminal = openSync(path, constants.O_RDWR | constants.O_NOCTTY);
  writeSync(terminal, typed());
  closeSync(terminal);
}

function startWithLxplain(given: Case, file: string): void {
  if (given.typed === undefined) {
    succeed(libvirtd.run(lxplain, ['create', file]));
    return;
  }
  const options = ['-m', '-t', String(libvirtd.pid), lxplain, 'create', file, '--console'];
  spawn('nsenter', options, { stdio: ['pipe', 'ignore', 'inherit'] }).stdin.write(typed());
}

const typed = () => `${busybox} sh ${folder}/root/init; exit\n`;

function succeed({ status, stderr }: { status: number | null; stderr: string }): void {
  if (status !== 0) throw new Error(stderr);
}

function names(runner: 'libvirt' | 'lxplain'): string[] {
  const list = ['list', '--name'];
  const { stdout } = runner === 'libvirt' ? libvirtd.virsh(...list) : libvirtd.run(lxplain, list);
  return stdout.split('\n');
}

/** On a busy machine libvirtd may miss that its controller has gone: the domain is "running" until it is destroyed. */
async function ended(runner: 'libvirt' | 'lxplain', name: string): Promise<void> {
  const gone = () => !names(runner).includes(name);
  if (runner === 'lxplain') return until(gone, 'lxplain has ended');
  const patience = Date.now() + 2_000;
  await until(() => {
    if (Date.now() > patience) libvirtd.virsh('destroy', name);
    return gone();
  }, 'libvirt has ended');
}

/** Takes out what is of this run, not of the container. */
const normalise = (text: string): string =>
  withoutRun(text, folder)
    .replaceAll('/opt/vm-1-root', 'ROOT')
    .replaceAll(/\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, 'UUID')
    .replaceAll(/lxc-\d+-/g, 'lxc-PID-');

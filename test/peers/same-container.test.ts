import { spawn } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { asRow, differences, readTable } from './differences.ts';
import { type Dump, dumpScript, readDump } from './dump.ts';
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

const filesystem = (type: string, source: string, target: string, more = '') =>
  `<filesystem type='${type}'><source ${source}/><target dir='${target}'/>${more}</filesystem>`;
const privateRoot = (more = '') => filesystem('mount', "dir='FOLDER/root'", '/', more);
const out = filesystem('mount', "dir='FOLDER/root/out'", '/out');
const console = "<console type='pty'/>";
const map = "start='0' target='100000' count='65536'";
const idmap = `<idmap><uid ${map}/><gid ${map}/></idmap>`;
const capabilities = (policy: string, states: string) =>
  `<features><capabilities policy='${policy}'>${states}</capabilities></features>`;
const page = (number: number) => join(repository, `golden/cases/page-example-${number}/domain.xml`);

const cases: readonly Case[] = [
  { name: "the page's first example", file: page(1), domain: 'vm1', root: 'host', typed: true },
  { name: "the page's second example", file: page(2), domain: 'vm1', root: 'private' },
  { name: 'host root', root: 'host' },
  {
    name: 'host root, read-only',
    root: 'host',
    devices: `${filesystem('mount', "dir='/'", '/', '<readonly/>')}${filesystem('mount', "dir='FOLDER/root/out'", 'FOLDER/root/out')}`,
  },
  { name: 'read-only root', root: 'read-only', devices: `${privateRoot('<readonly/>')}${out}` },
  {
    name: 'file systems',
    root: 'private',
    devices: `${privateRoot()}${filesystem('ram', "usage='1' units='MiB'", '/tmp')}${filesystem('ram', "usage='64' units='KiB'", '/small', '<readonly/>')}${filesystem('mount', "dir='FOLDER/data'", '/data')}${filesystem('mount', "dir='FOLDER/data'", '/new/data', '<readonly/>')}${filesystem('mount', "dir='FOLDER/data/file'", '/file')}${filesystem('bind', "dir='/data'", '/again', '<readonly/>')}`,
  },
  {
    name: 'sources with mounts and flags of their own',
    root: 'private',
    devices: `${privateRoot()}${filesystem('mount', "dir='FOLDER/tree'", '/tree')}${filesystem('mount', "dir='FOLDER/flags'", '/flags', '<readonly/>')}${filesystem('bind', "dir='/flags'", '/again')}`,
  },
  {
    name: 'a target below and a target twice',
    root: 'private',
    devices: `${privateRoot()}${filesystem('mount', "dir='FOLDER/tree'", '/tmp/tree')}${filesystem('ram', "usage='1' units='MiB'", '/tmp')}${filesystem('ram', "usage='2' units='MiB'", '/data')}${filesystem('ram', "usage='3' units='MiB'", '/data')}`,
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
  { name: 'own network', root: 'private', more: '<features><privnet/></features>' },
  {
    name: 'user namespace',
    root: 'mapped',
    more: `${idmap}<features><privnet/></features>`,
    devices: `${privateRoot()}${filesystem('mount', "dir='FOLDER/data'", '/read-only', '<readonly/>')}${filesystem('ram', "usage='1' units='MiB'", '/tmp')}`,
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

/** The domain of a case; libvirt refuses one whose emulator is not there. */
function domainXml(given: Case, runner: 'libvirt' | 'lxplain'): string {
  if (given.file !== undefined) {
    const text = readFileSync(given.file, 'utf8');
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

/** A fresh root with the dump as its /init, made anew for each start: a start may leave something in it. */
function makeRoot({ root }: Case): string {
  const at = join(folder, 'root');
  for (const path of [at, join(folder, 'data')]) rmSync(path, { recursive: true, force: true });
  // libvirt makes no mount points in a root that is read-only.
  const points = root === 'read-only' ? ['proc', 'sys', 'dev', '.oldroot'] : [];
  for (const path of ['bin', 'out', ...points]) mkdirSync(join(at, path), { recursive: true });
  copyFileSync(busybox, join(at, 'bin/busybox'));
  mkdirSync(join(folder, 'data/bin'), { recursive: true });
  writeFileSync(join(folder, 'data/file'), 'file\n');
  const output = root === 'host' ? join(at, 'out') : '/out';
  writeFileSync(join(at, 'init'), dumpScript(output), { mode: 0o755 });
  if (root === 'mapped') {
    for (const path of ['', ...readdirSync(at)]) chownSync(join(at, path), 100000, 100000);
  }
  return join(at, 'out');
}

async function dumpOf(given: Case, runner: 'libvirt' | 'lxplain'): Promise<Dump> {
  const output = makeRoot(given);
  const file = join(folder, 'domain.xml');
  writeFileSync(file, domainXml(given, runner));
  if (given.file !== undefined) provideOpt(given);
  const name = nameOf(given);
  const start = runner === 'libvirt' ? startWithVirsh : startWithLxplain;
  start(given, file, name);
  try {
    await until(`${runner} has dumped`, () => existsSync(join(output, 'done')));
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
  if (runner === 'lxplain') return until('lxplain has ended', gone);
  const patience = Date.now() + 2_000;
  await until('libvirt has ended', () => {
    if (Date.now() > patience) libvirtd.virsh('destroy', name);
    return gone();
  });
}

async function until(what: string, condition: () => boolean): Promise<void> {
  for (const deadline = Date.now() + 15_000; !condition(); ) {
    if (Date.now() > deadline) throw new Error(`waited in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Takes out what is of this run, not of the container. */
function normalise(text: string): string {
  const own = ['ipc', 'mnt', 'net', 'pid', 'uts', 'user', 'cgroup', 'time'].map(
    (kind) => [readlinkSync(`/proc/self/ns/${kind}`), 'shared'] as const,
  );
  let result = text.replaceAll(folder, 'FOLDER').replaceAll('/opt/vm-1-root', 'ROOT');
  for (const [name, replacement] of own) result = result.replaceAll(name, replacement);
  return result
    .replaceAll(/\b(?:ipc|mnt|net|pid|uts|user|cgroup|time):\[\d+\]/g, 'own')
    .replaceAll(/\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, 'UUID')
    .replaceAll(/lxc-\d+-/g, 'lxc-PID-');
}

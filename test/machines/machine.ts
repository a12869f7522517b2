import { spawn, spawnSync } from 'node:child_process';
import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Arch } from '../../src/facts/facts.ts';
import { cpio, type Entry } from './cpio.ts';
import { type DebianArch, debianPackages, FUSE } from './debian.ts';

interface Kind {
  readonly debian: DebianArch;
  readonly emulator: string;
  /** No KVM: a host may offer it and then not run a guest. */
  readonly options: readonly string[];
  /** The serial line that is the console. */
  readonly serial: string;
  /** Packages that strace needs, the dynamic loader and where strace expects it, and the libraries. */
  readonly libraries: {
    readonly packages: readonly string[];
    readonly loader: { readonly at: string; readonly file: string };
    readonly files: readonly string[];
  };
}

const kinds: Readonly<Record<Arch, Kind>> = {
  x86_64: {
    debian: 'amd64',
    emulator: 'qemu-system-x86_64',
    options: ['-vga', 'none'],
    serial: 'ttyS0',
    libraries: {
      packages: ['libc6', 'libunwind8', 'liblzma5'],
      loader: {
        at: '/lib64/ld-linux-x86-64.so.2',
        file: 'lib/x86_64-linux-gnu/ld-linux-x86-64.so.2',
      },
      files: [
        'lib/x86_64-linux-gnu/libc.so.6',
        'lib/x86_64-linux-gnu/liblzma.so.5',
        'usr/lib/x86_64-linux-gnu/libunwind-ptrace.so.0',
        'usr/lib/x86_64-linux-gnu/libunwind-x86_64.so.8',
        'usr/lib/x86_64-linux-gnu/libunwind.so.8',
      ],
    },
  },
  aarch64: {
    debian: 'arm64',
    emulator: 'qemu-system-aarch64',
    options: ['-machine', 'virt', '-cpu', 'cortex-a72'],
    serial: 'ttyAMA0',
    libraries: {
      packages: ['libc6'],
      loader: {
        at: '/lib/ld-linux-aarch64.so.1',
        file: 'lib/aarch64-linux-gnu/ld-linux-aarch64.so.1',
      },
      files: ['lib/aarch64-linux-gnu/libc.so.6'],
    },
  },
};

/** What a machine is made of. */
export interface Machine {
  readonly arch: Arch;
  /** Version of the kernel, as `uname -r` prints it. */
  readonly release: string;
  /** Debian's files for it. */
  readonly files: string;
}

/** Looks for all that a machine needs, and downloads what can be; a text says what is missing. */
export async function findMachine(arch: Arch): Promise<Machine | string> {
  const { debian, emulator, libraries } = kinds[arch];
  for (const program of [emulator, 'apt-get', 'dpkg-deb']) {
    if (spawnSync(program, ['--version']).status !== 0) return `needs ${program}`;
  }
  try {
    const kernel = `linux-image-cloud-${debian}`;
    const files = await debianPackages(debian, [
      kernel,
      'busybox-static',
      'strace',
      ...libraries.packages,
    ]);
    const image = readdirSync(join(files, 'boot')).find((name) => name.startsWith('vmlinuz-'));
    return { arch, files, release: image?.slice('vmlinuz-'.length) ?? '' };
  } catch (cause) {
    return `needs packages of Debian for ${debian}: ${(cause as Error).message}`;
  }
}

/** Applets of busybox that the scripts call. */
const applets =
  'sh cat cp cut dd echo env find grep head hostname id insmod ip kill ls md5sum mkdir mknod mount mv poweroff printf readlink reboot rm rmdir sed seq sleep sort stat stty switch_root test timeout touch tr umount uname wc';

/** `sh` and its commands below `root`. */
export function busybox({ files }: Machine, root: string): [string, Entry][] {
  const content = readFileSync(join(files, 'bin/busybox'));
  return [
    [`${root}/bin/busybox`, { kind: 'file', mode: 0o755, content }],
    ...applets
      .split(' ')
      .map((name): [string, Entry] => [`${root}/bin/${name}`, { kind: 'link', target: 'busybox' }]),
  ];
}

function strace({ arch, files }: Machine): [string, Entry][] {
  const { loader, files: libraries } = kinds[arch].libraries;
  const copy = (path: string, to = `/${path}`): [string, Entry] => {
    const content = readFileSync(join(files, path));
    return [to, { kind: 'file', mode: 0o755, content }];
  };
  return [
    copy('usr/bin/strace'),
    copy(loader.file, loader.at),
    ...libraries.map((path) => copy(path)),
  ];
}

/** The only module that a machine loads: Debian's kernels have no FUSE without it. */
const fuse = ({ files, release }: Machine): [string, Entry][] => {
  const content = readFileSync(join(files, 'lib/modules', release, FUSE));
  return [['/fuse.ko', { kind: 'file', mode: 0o644, content }]];
};

/** Room for the report: a disk, because an emulated serial line now and then loses a byte. */
const REPORT_BYTES = 32 * 1024 * 1024;

/**
 * Boots the machine with these files and test/machines/init.sh as its init. Resolves to what it wrote on its
 * disk when it is off, by section.
 * @throws Error with all of the console's text if it does not come to the end of its script
 */
export async function boot(
  machine: Machine,
  entries: readonly [string, Entry][],
): Promise<ReadonlyMap<string, string>> {
  const { emulator, options, serial } = kinds[machine.arch];
  const folder = mkdtempSync(join(tmpdir(), 'lxplain-machine-'));
  const init = readFileSync(join(import.meta.dirname, 'init.sh'));
  const files = new Map<string, Entry>([
    ['/init', { kind: 'file', mode: 0o755, content: init }],
    ...busybox(machine, ''),
    ...strace(machine),
    ...fuse(machine),
    ...entries,
  ]);
  try {
    writeFileSync(join(folder, 'initramfs'), cpio(files));
    const report = join(folder, 'report');
    writeFileSync(report, '');
    truncateSync(report, REPORT_BYTES);
    const text = await run(emulator, [
      ...options,
      ...['-m', '512', '-nic', 'none', '-no-reboot'],
      ...['-display', 'none', '-monitor', 'none', '-serial', 'stdio'],
      // The only kind of disk that these kernels know without a module.
      ...['-drive', `file=${report},format=raw,if=none,id=report`],
      ...['-device', 'nvme,serial=report,drive=report'],
      ...['-kernel', join(machine.files, 'boot', `vmlinuz-${machine.release}`)],
      ...['-initrd', join(folder, 'initramfs')],
      ...['-append', `console=${serial} quiet loglevel=1 panic=-1`],
    ]);
    const sections = sectionsOf(readFileSync(report, 'utf8'));
    if (!sections.has('end')) throw new Error(`the machine stopped early:\n${text}`);
    return sections;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Half a minute is usual; a busy host takes five times as long. */
const LIMIT_MS = 600_000;

function run(program: string, args: readonly string[]): Promise<string> {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], timeout: LIMIT_MS });
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', () => resolve(Buffer.concat(chunks).toString()));
  });
}

function sectionsOf(text: string): Map<string, string> {
  const parts = text.split(/\n@@@ (.*)\n/);
  const sections = new Map<string, string>();
  for (let i = 1; i < parts.length; i += 2) sections.set(parts[i] ?? '', parts[i + 1] ?? '');
  return sections;
}

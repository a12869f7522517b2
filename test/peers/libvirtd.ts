import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';

/** Where the drivers are: `/usr/lib/x86_64-linux-gnu/libvirt/connection-driver` on Debian. */
const driverDirectory = (): string | undefined =>
  ['/usr/lib', '/usr/lib64', ...subdirectories('/usr/lib')]
    .map((path) => join(path, 'libvirt/connection-driver'))
    .find((path) => existsSync(join(path, 'libvirt_driver_lxc.so')));

const tools = ['libvirtd', 'virsh', 'unshare', 'nsenter', 'setpriv'];
const missing = tools.filter((tool) => spawnSync('which', [tool]).status !== 0);

/** Why no libvirtd can be started here; undefined if one can. */
export const noLibvirtd: string | undefined =
  process.platform !== 'linux'
    ? 'needs Linux'
    : process.getuid?.() !== 0
      ? 'needs root'
      : missing.length > 0
        ? `needs ${missing.join(', ')}`
        : driverDirectory() !== undefined
          ? undefined
          : "needs libvirt's LXC driver";

export interface Output {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A libvirtd of our own: what it writes below /run, /etc and /var is seen in its mount namespace only. */
export interface Libvirtd {
  /** Where it is reached from outside its mount namespace, which `root` leads into. */
  readonly uri: string;
  readonly root: string;
  /** Whose mount namespace it is. */
  readonly pid: number;
  /** `virsh -c lxc:/// ARGS`. */
  virsh(...args: readonly string[]): Output;
  /** Runs a command where the libvirtd runs: it sees the same mounts. */
  run(command: string, args: readonly string[], input?: string): Output;
  /** Ends every domain, then the daemon, and removes the control groups and mount points that were made for it. */
  stop(): Promise<void>;
}

/** Every place that libvirtd and its LXC driver write to. */
const privateDirectories = [
  '/run/libvirt',
  '/etc/libvirt',
  '/var/lib/libvirt',
  '/var/log/libvirt',
  '/var/cache/libvirt',
];

/**
 * libvirt starts no container on a host with both versions of cgroups, so that version 2 is hidden from it.
 * Only the drivers that matter here are shown to it: the others may not even initialise. `$0` is their directory.
 * It logs into a file: nobody reads a pipe while a command of virsh is waited for.
 */
const script = `set -e
${privateDirectories.map((path) => `mount -t tmpfs tmpfs ${path}`).join('\n')}
if mountpoint -q /sys/fs/cgroup/unified; then umount /sys/fs/cgroup/unified; fi
mkdir /run/libvirt/drivers
for driver in lxc network; do ln -s "$0/libvirt_driver_$driver.so" /run/libvirt/drivers; done
export LIBVIRT_DRIVER_DIR=/run/libvirt/drivers
export LIBVIRT_LOG_OUTPUTS=3:file:/run/libvirt/own.log
exec setpriv --pdeathsig TERM libvirtd --pid-file /run/libvirt/own.pid`;

/** A container on the host's own root leaves this directory there. */
const leftInRoot = '/.oldroot';

const START_MS = 30_000;
const END_MS = 10_000;

/** Starts it and waits until it answers. @throws Error with what it printed, if it does not */
export async function startLibvirtd(): Promise<Libvirtd> {
  if (noLibvirtd !== undefined) throw new Error(noLibvirtd);
  const before = machineGroups();
  const made = [...privateDirectories, leftInRoot].filter((path) => !existsSync(path));
  for (const path of made) mkdirSync(path, { recursive: true });
  const daemon = spawn(
    'unshare',
    ['-m', '--propagation', 'private', 'sh', '-c', script, driverDirectory() ?? ''],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let printed = '';
  for (const stream of [daemon.stdout, daemon.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      printed += chunk.toString();
    });
  }
  const ended = new Promise<void>((resolve) => {
    daemon.once('exit', () => resolve());
    daemon.once('error', () => resolve());
  });
  const pid = daemon.pid ?? -1;
  const root = `/proc/${pid}/root`;
  const uri = `lxc+unix:///system?socket=${root}/run/libvirt/libvirt-sock`;
  const run = (command: string, args: readonly string[], input = ''): Output => {
    const { status, stdout, stderr } = spawnSync(
      'nsenter',
      ['-m', '-t', String(pid), command, ...args],
      { encoding: 'utf8', input, timeout: 60_000 },
    );
    return { status, stdout, stderr };
  };
  const virsh = (...args: readonly string[]) => run('virsh', ['-c', 'lxc:///', ...args]);
  const stop = async (): Promise<void> => {
    for (const name of virsh('list', '--name').stdout.split('\n').filter(Boolean)) {
      virsh('destroy', name);
    }
    if (daemon.exitCode === null) daemon.kill('SIGTERM');
    await Promise.race([ended, pause(END_MS)]);
    if (daemon.exitCode === null) daemon.kill('SIGKILL');
    await ended;
    for (const path of machineGroups()) {
      if (!before.includes(path)) removeGroup(path);
    }
    for (const path of made) rmdirSync(path);
  };
  for (const deadline = Date.now() + START_MS; ; await pause(100)) {
    // The socket first: until then the process may still be outside of its mount namespace.
    if (run('test', ['-S', '/run/libvirt/libvirt-sock']).status === 0) {
      if (virsh('uri').status === 0) return { pid, uri, root, virsh, run, stop };
    }
    if (daemon.exitCode !== null || Date.now() > deadline) {
      await stop();
      throw new Error(`libvirtd does not answer: ${printed}`);
    }
  }
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** The directory `machine` of each hierarchy, where libvirt keeps the groups of its domains. */
const machineGroups = (): string[] =>
  readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .filter((line) => / - cgroup2? /.test(line))
    .map((line) => join(line.split(' ')[4] ?? '', 'machine'))
    .filter((path) => existsSync(path));

function removeGroup(path: string): void {
  for (const child of subdirectories(path)) removeGroup(child);
  rmdirSync(path);
}

function subdirectories(path: string): string[] {
  if (!existsSync(path)) return [];
  return readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => join(path, name));
}

import { execFileSync, spawnSync } from 'node:child_process';
import {
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { until } from '../tools.ts';
import { destroyIfThere, hasEnded, lxplain, started, stat } from './containers.ts';
import { domainXml, ID, idmap, makeRoot, mounted, noContainer, ram, skipped } from './domains.ts';

// /proc/meminfo as a container sees it.

const reason =
  noContainer ??
  (existsSync('/dev/fuse') ? undefined : 'needs FUSE') ??
  (existsSync('/sys/fs/cgroup/memory') ? undefined : 'needs the memory controller of cgroup v1');
const name = 'lxplain-meminfo';
const MiB = 1024;
let folder: string;
let root: string;

beforeAll(() => {
  if (reason !== undefined) return;
  folder = mkdtempSync(join(tmpdir(), 'lxplain-meminfo-'));
  root = join(folder, 'root');
  makeRoot(root, ['sh', 'cat', 'dd', 'free', 'sleep', 'stat', 'umount', 'true', 'yes', 'head']);
  for (const each of ['proc', 'sys', 'dev', 'ram']) mkdirSync(join(root, each));
});
afterEach(() => {
  if (reason === undefined) destroyIfThere(name);
});
afterAll(() => {
  if (reason === undefined) rmSync(folder, { recursive: true });
});

/** Starts it; `script` is what its init does before it sleeps. */
async function start(script = '', more = '', devices = '') {
  const file = join(folder, 'domain.xml');
  const init = ['/bin/sh', '-c', `${script}\nwhile :; do sleep 1000; done`];
  const xml = domainXml(name, { init, more, devices: mounted(root, '/') + devices });
  writeFileSync(file, xml.replace('>64<', '>128<'));
  execFileSync(lxplain, ['create', file]);
  return started(name);
}

const inside = (...command: readonly string[]) => {
  const { status, stdout, stderr } = spawnSync(lxplain, ['exec', name, ...command], {
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
};

type Figures = Readonly<Record<string, number>>;

const figuresOf = (text: string): Figures =>
  Object.fromEntries(
    [...text.matchAll(/^(\S+): +(\d+)/gm)].map(([, line = '', figure]) => [line, Number(figure)]),
  );

const figures = (): Figures => figuresOf(inside('cat', '/proc/meminfo').stdout);
const hostText = () => readFileSync('/proc/meminfo', 'utf8');

describe.skipIf(reason !== undefined)(`/proc/meminfo${skipped(reason)}`, () => {
  test('a container with 128 MiB sees 128 MiB, and what it uses', async () => {
    await start('', '', ram('/ram', 64 * MiB));
    expect(figures().MemTotal).toBe(128 * MiB);
    const before = figures();
    inside('dd', 'if=/dev/zero', 'of=/ram/zeros', 'bs=1M', 'count=40');
    const after = figures();
    expect(after.MemTotal).toBe(128 * MiB);
    const grown = (line: string) => (after[line] ?? 0) - (before[line] ?? 0);
    for (const line of ['Shmem', 'Cached']) expect(grown(line)).toBeGreaterThan(39 * MiB);
    for (const line of ['MemFree', 'MemAvailable']) expect(grown(line)).toBeLessThan(-39 * MiB);
    // The page cache can be had back.
    inside('dd', 'if=/dev/zero', 'of=/data', 'bs=1M', 'count=20');
    const cached = figures();
    expect(cached.MemAvailable).toBeGreaterThan((cached.MemFree ?? 0) + 19 * MiB);
    expect(cached.MemAvailable).toBeLessThanOrEqual(128 * MiB);
  });

  test('it has the lines of the host, in its order and its columns', async () => {
    await start();
    const shape = (text: string) => text.replaceAll(/ +\d+/g, ' N');
    const { stdout } = inside('cat', '/proc/meminfo');
    expect(shape(stdout)).toBe(shape(hostText()));
    for (const line of stdout.trimEnd().split('\n'))
      if (/kB$/.test(line) && !/Vmalloc/.test(line)) expect(line).toMatch(/^.{16}[ \d]{8} kB$/);
    // In parts, as by a program with a small buffer.
    const parts = inside('dd', 'if=/proc/meminfo', 'bs=61');
    expect(shape(parts.stdout)).toBe(shape(hostText()));
    expect(inside('head', '-c', '10', '/proc/meminfo').stdout).toBe('MemTotal: ');
  });

  test('a limit that changes is seen at once, and one above the host is that of the host', async () => {
    await start();
    const host = figuresOf(hostText()).MemTotal ?? 0;
    for (const [limit, total] of [
      [96 * MiB, 96 * MiB],
      [2 * host, host],
    ] as const) {
      execFileSync(lxplain, ['memtune', name, '--hard-limit', String(limit)]);
      expect(figures().MemTotal).toBe(total);
    }
  });

  test('nobody writes to it, and with an id map it belongs to root of the container', async () => {
    chownSync(root, ID, ID);
    await start('', idmap);
    expect(inside('stat', '-c', '%a %u:%g %F', '/proc/meminfo').stdout).toBe(
      '444 0:0 regular file\n',
    );
    const { status, stderr } = inside('sh', '-c', ': > /proc/meminfo');
    expect({ status, stderr }).toMatchObject({ status: 1, stderr: /Permission denied/ });
    expect(figures().MemTotal).toBe(128 * MiB);
    chownSync(root, 0, 0);
  });

  test('it can be read while the container is suspended', async () => {
    const { initPid } = await start();
    execFileSync(lxplain, ['suspend', name]);
    const text = readFileSync(`/proc/${initPid}/root/proc/meminfo`, 'utf8');
    execFileSync(lxplain, ['resume', name]);
    expect(figuresOf(text).MemTotal).toBe(128 * MiB);
  });

  test('a flood of reads keeps neither the console nor the end waiting', async () => {
    const flood = 'while :; do cat /proc/meminfo > /dev/null; done &';
    await start(`${flood}\n${flood}\n${flood}\nyes &`);
    expect(figures().MemTotal).toBe(128 * MiB);
    execFileSync(lxplain, ['destroy', name]);
    expect(hasEnded(name)).toBe(true);
  });

  test('who reads while the supervisor is killed gets an error, and all ends', async () => {
    const { supervisorPid } = await start('while :; do cat /proc/meminfo > /dev/null; done &');
    process.kill(supervisorPid, 'SIGKILL');
    await until(() => hasEnded(name), 'it has ended');
  });

  test('who unmounts it sees that of procfs, and the supervisor sleeps on', async () => {
    const {
      supervisorPid,
    } = // Until the supervisor has let go of what it gave to init, it is busy.
      await start('until umount /proc/meminfo; do sleep 0.01; done');
    await until(
      () => inside('cat', '/proc/self/mountinfo').stdout.includes(' /proc/meminfo ') === false,
      '',
    );
    expect(figures().MemTotal).toBe(figuresOf(hostText()).MemTotal);
    const before = stat(supervisorPid).ticks;
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(stat(supervisorPid).ticks - before).toBeLessThan(5);
    execFileSync(lxplain, ['destroy', name]);
    expect(hasEnded(name)).toBe(true);
  });

  test("what the domain mounts there is the domain's", async () => {
    const file = join(folder, 'figures');
    writeFileSync(file, 'MemTotal:              1 kB\n');
    await start('', '', mounted(file, '/proc/meminfo'));
    expect(figures()).toEqual({ MemTotal: 1 });
  });
});

import { execFileSync, spawnSync } from 'node:child_process';
import {
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { until } from '../tools.ts';
import { destroyIfThere, hasEnded, lxplain, started } from './containers.ts';
import {
  domainXml,
  extension,
  ID,
  idmap,
  makeRoot,
  mounted,
  noContainer,
  skipped,
} from './domains.ts';

// Files of /proc that show what a container has: cpuinfo, stat, uptime, loadavg, swaps, diskstats.

const reason =
  noContainer ??
  (existsSync('/dev/fuse') ? undefined : 'needs FUSE') ??
  (existsSync('/sys/fs/cgroup/cpuacct') ? undefined : 'needs the controllers of cgroup v1');
const name = 'lxplain-proc';
const all = "proc cpuinfo='yes' diskstats='yes' loadavg='yes' stat='yes' swaps='yes' uptime='yes'";
let folder: string;
let root: string;

beforeAll(() => {
  if (reason !== undefined) return;
  folder = mkdtempSync(join(tmpdir(), 'lxplain-proc-'));
  root = join(folder, 'root');
  makeRoot(root, ['sh', 'cat', 'dd', 'nproc', 'sleep', 'stat', 'grep', 'yes', 'true']);
  for (const each of ['proc', 'sys', 'dev']) mkdirSync(join(root, each));
});
afterEach(() => {
  if (reason === undefined) destroyIfThere(name);
});
afterAll(() => {
  if (reason === undefined) rmSync(folder, { recursive: true });
});

/** Starts it; `script` is what its init does before it sleeps. */
async function start(more = '', script = '', asked = all) {
  const file = join(folder, 'domain.xml');
  const init = ['/bin/sh', '-c', `${script}\nwhile :; do sleep 1000; done`];
  const contents = { init, more: extension(asked) + more, devices: mounted(root, '/') };
  writeFileSync(file, domainXml(name, contents));
  execFileSync(lxplain, ['create', file]);
  return started(name);
}

const run = (...command: readonly string[]): string =>
  execFileSync(lxplain, ['exec', name, ...command], { encoding: 'utf8' });
const inside = (file: string): string => run('cat', `/proc/${file}`);
const onHost = (file: string): string => readFileSync(`/proc/${file}`, 'utf8');

const processorsOf = (text: string): number => [...text.matchAll(/^processor\t: /gm)].length;
const statLines = (text: string): readonly string[] =>
  text.split('\n').filter((line) => line.startsWith('cpu'));
const numbers = (line = ''): readonly number[] => line.split(/ +/).slice(1).map(Number);

const cpuset = (list: string) => `<vcpu placement='static' cpuset='${list}'>1</vcpu>`;
const last = availableParallelism() - 1;

/** The device that the files of the test are on: its name below /dev. */
function diskOf(path: string): string | undefined {
  const device = statSync(path).dev;
  const [major, minor] = [(device >> 8) & 0xfff, (device & 0xff) | ((device >> 12) & 0xfff00)];
  const link = `/sys/dev/block/${major}:${minor}`;
  const name = existsSync(link) ? basename(realpathSync(link)) : undefined;
  return name !== undefined && existsSync(`/dev/${name}`) ? name : undefined;
}

const disk = diskOf(tmpdir());
const noDisk = disk === undefined ? 'needs a disk below the folder of temporary files' : undefined;

describe.skipIf(reason !== undefined)(`files of /proc${skipped(reason)}`, () => {
  test('the processors of the cpuset, numbered from 0', async () => {
    await start(cpuset(String(last)));
    const cpuinfo = inside('cpuinfo');
    const blocks = onHost('cpuinfo').split(/\n\n(?=processor)/);
    const block = (blocks[last] ?? '').replace(/^processor\t: \d+/, 'processor\t: 0');
    const stable = (text: string) => text.replaceAll(/^(cpu MHz|bogomips).*\n/gm, '').trimEnd();
    expect(stable(cpuinfo)).toBe(stable(block));
    expect(run('nproc')).toBe('1\n');
    const lines = statLines(inside('stat'));
    expect(lines.map((line) => line.split(' ')[0])).toEqual(['cpu', 'cpu0']);
    expect(numbers(lines[0])).toEqual(numbers(lines[1]));
  });

  test('all processors where nothing says less, with the lines of the host behind them', async () => {
    await start();
    expect(processorsOf(inside('cpuinfo'))).toBe(processorsOf(onHost('cpuinfo')));
    const names = (text: string) => text.split('\n').map((line) => line.split(' ')[0]);
    expect(names(inside('stat'))).toEqual(names(onHost('stat')));
    const [sum, ...each] = statLines(inside('stat')).map(numbers);
    const sums = (sum ?? []).map((_, at) => each.reduce((to, row) => to + (row[at] ?? 0), 0));
    expect(sum ?? []).toEqual(sums);
  });

  test.skipIf(last < 1)('as many as a quota is worth', async () => {
    await start('<cputune><period>100000</period><quota>70000</quota></cputune>');
    expect(processorsOf(inside('cpuinfo'))).toBe(1);
    execFileSync(lxplain, ['schedinfo', name, '--set', 'vcpu_quota=-1']);
    expect(processorsOf(inside('cpuinfo'))).toBe(last + 1);
  });

  test('what it has used of them, and what others have is idle', async () => {
    await start('', 'i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done');
    const used = () => {
      const [user = 0, , system = 0] = numbers(statLines(inside('stat'))[0]);
      return user + system;
    };
    await until(() => used() > 5, 'its loop is counted');
    const group = Number(
      readFileSync(`/sys/fs/cgroup/cpuacct/lxplain-${name}/cpuacct.usage`, 'utf8'),
    );
    expect(used()).toBeLessThan(group / 1e7 + 20);
    const total = (text: string) =>
      numbers(statLines(text)[0])
        .slice(0, 8)
        .reduce((sum, each) => sum + each, 0);
    const before = total(onHost('stat'));
    const own = total(inside('stat'));
    // Ticks that are counted for a group are not those of the machine to the last one.
    expect(own).toBeGreaterThan(before - 20);
    expect(own).toBeLessThan(total(onHost('stat')) + 20);
  });

  test('how long init runs, and how long nothing was to be done for it', async () => {
    await start(cpuset(String(last)), 'while :; do :; done &');
    await new Promise((resolve) => setTimeout(resolve, 1000));
    const [age = 0, idle = 0] = inside('uptime').split(' ').map(Number);
    expect(inside('uptime')).toMatch(/^\d+\.\d\d \d+\.\d\d\n$/);
    expect(age).toBeGreaterThanOrEqual(1);
    expect(age).toBeLessThan(Number(onHost('uptime').split(' ')[0]));
    expect(idle).toBeLessThan(age);
  });

  test('how many threads run, and that weighed over time', async () => {
    await start('', 'while :; do :; done & while :; do :; done &');
    expect(inside('loadavg')).toMatch(/^0\.00 0\.00 0\.00 [23]\/\d \d+\n$/);
    await until(() => Number(inside('loadavg').split(' ')[0]) > 0.1, 'it is counted');
    const [one = 0, five = 0, fifteen = 0] = inside('loadavg').split(' ').map(Number);
    expect(one).toBeGreaterThan(five);
    expect(five).toBeGreaterThan(fifteen);
    expect(one).toBeLessThan(1);
  });

  test('the limit of swap, of what the machine has', async () => {
    const more = `<memtune><hard_limit unit='MiB'>64</hard_limit><swap_hard_limit unit='MiB'>80</swap_hard_limit></memtune>`;
    const file = join(folder, 'swap');
    writeFileSync(file, '', { mode: 0o600 });
    truncateSync(file, 0);
    execFileSync('dd', ['if=/dev/zero', `of=${file}`, 'bs=1M', 'count=64'], { stdio: 'ignore' });
    execFileSync('mkswap', [file], { stdio: 'ignore' });
    await start(more);
    const before = spawnSync('swapon', [file]);
    try {
      if (before.status !== 0) return expect(inside('swaps')).toBe(onHost('swaps'));
      const [head, area, ...rest] = inside('swaps').split('\n');
      expect(head).toBe(onHost('swaps').split('\n')[0]);
      expect(area).toMatch(/^none +virtual\t\t16384\t\t\d+\t\t0$/);
      expect(rest).toEqual(['']);
      // More than the machine has is what it has.
      execFileSync(lxplain, ['memtune', name, '--swap-hard-limit', String(64 * 1024 * 1024)]);
      expect(inside('swaps')).toBe(onHost('swaps'));
    } finally {
      spawnSync('swapoff', [file]);
    }
  });

  test.skipIf(noDisk !== undefined)(
    `what it has read and written of a device${skipped(noDisk)}`,
    async () => {
      // The kernel counts where it has a limit to keep.
      const limit = '<write_bytes_sec>1000000000</write_bytes_sec>';
      await start(`<blkiotune><device><path>/dev/${disk}</path>${limit}</device></blkiotune>`);
      run('dd', 'if=/dev/zero', 'of=/file', 'bs=64k', 'count=16', 'oflag=direct');
      const line = inside('diskstats')
        .split('\n')
        .find((each) => each.includes(` ${disk} `));
      const [, , , , , , , writes = 0, , sectors = 0] = (line ?? '').trim().split(/ +/).map(Number);
      expect(writes).toBeGreaterThanOrEqual(1);
      expect(sectors).toBeGreaterThanOrEqual(2048);
    },
  );

  test('read in parts, by readers of several at once, while suspended, and with an id map', async () => {
    chownSync(root, ID, ID);
    const flood = 'while :; do cat /proc/cpuinfo /proc/stat /proc/uptime >/dev/null; done &';
    const { initPid } = await start(idmap, `${flood}\n${flood}`);
    expect(run('dd', 'if=/proc/cpuinfo', 'bs=61')).toBe(inside('cpuinfo'));
    expect(run('stat', '-c', '%a %u:%g', '/proc/stat', '/proc/loadavg')).toBe('444 0:0\n444 0:0\n');
    const { status } = spawnSync(lxplain, ['exec', name, 'sh', '-c', ': >/proc/uptime']);
    expect(status).toBe(1);
    execFileSync(lxplain, ['suspend', name]);
    expect(readFileSync(`/proc/${initPid}/root/proc/uptime`, 'utf8')).toMatch(/^\d+\.\d\d /);
    execFileSync(lxplain, ['resume', name]);
    execFileSync(lxplain, ['destroy', name]);
    expect(hasEnded(name)).toBe(true);
    chownSync(root, 0, 0);
  });

  test('the next life has them, too, with an age of its own', async () => {
    const crash = '<on_crash>restart</on_crash>';
    await start(crash, '[ -e /again ] || { cat /proc/uptime >/again; sleep 1; exit 1; }');
    await until(() => existsSync(join(root, 'again')), 'its first life');
    await until(() => restarts() === 1, 'its second life');
    expect(Number(inside('uptime').split(' ')[0])).toBeLessThan(30);
    expect(processorsOf(inside('cpuinfo'))).toBe(last + 1);
    rmSync(join(root, 'again'));
  });

  test('only those that are asked for, and /proc/meminfo unless it is not wanted', async () => {
    await start('', '', "proc uptime='yes' meminfo='no'");
    const ours = run('grep', ' fuse ', '/proc/self/mountinfo').trimEnd().split('\n');
    expect(ours.map((line) => line.split(' ')[4])).toEqual(['/proc/uptime']);
    expect(inside('meminfo')).toContain(/MemTotal:.*/.exec(onHost('meminfo'))?.[0]);
  });

  test('those of lxcfs, if it runs', async () => {
    const missing = spawnSync(lxplain, ['plan', writeLxcfs()], { encoding: 'utf8' });
    if (!existsSync('/var/lib/lxcfs/proc/uptime'))
      return expect(missing.stderr).toContain("'/var/lib/lxcfs/proc/uptime'");
    expect(missing.stdout).toContain('capture.tree /var/lib/lxcfs/proc/uptime');
  });
});

function restarts(): number {
  const { stdout } = spawnSync(lxplain, ['list', '--json'], { encoding: 'utf8' });
  return JSON.parse(stdout).domains.find((each: { name: string }) => each.name === name)?.restarts;
}

function writeLxcfs(): string {
  const file = join(folder, 'lxcfs.xml');
  const more = extension("proc from='lxcfs'");
  writeFileSync(file, domainXml(name, { init: ['/bin/sh'], more, devices: mounted(root, '/') }));
  return file;
}

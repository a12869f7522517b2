import { execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { HANGS_MS, hasGcc, until } from '../tools.ts';
import { destroyIfThere, hasEnded, lxplain, running, started } from './containers.ts';
import { noDebian, unpackDebian } from './debian.ts';
import {
  domainXml,
  extension,
  ID,
  idmap,
  mounted,
  noContainer,
  privnet,
  skipped,
} from './domains.ts';

// A Debian with systemd, as root of the host and with an id map.

const reason =
  noContainer ??
  (noDebian === undefined ? undefined : `needs ${noDebian}`) ??
  (hasGcc ? undefined : 'needs gcc') ??
  (existsSync('/sys/fs/cgroup/unified') ? undefined : 'needs a host with both versions of cgroups');
const name = 'lxplain-systemd';
let folder: string;

beforeAll(() => {
  if (reason !== undefined) return;
  folder = mkdtempSync(join(tmpdir(), 'lxplain-systemd-'));
  const source = join(import.meta.dirname, 'activate.c');
  execFileSync('gcc', ['-O1', '-o', join(folder, 'activate'), source]);
});
afterEach(() => {
  if (reason === undefined) destroyIfThere(name);
});
afterAll(() => {
  if (reason === undefined) rmSync(folder, { recursive: true });
});

const units = (socket: string): Readonly<Record<string, string>> => ({
  'hello.socket': `[Socket]\nListenStream=${socket}\nAccept=yes\n`,
  'hello@.service':
    '[Service]\nExecStart=/bin/echo hello from the container\nStandardOutput=socket\n',
});

/** A Debian that answers whoever comes to the socket, and the file of its domain. */
function debian(kind: string, shift: number): { readonly file: string; readonly socket: string } {
  const root = join(folder, kind);
  unpackDebian(root, shift);
  const socket = join(folder, `${kind}.socket`);
  const own = (path: string) => chownSync(path, shift, shift);
  const at = join(root, 'etc/systemd/system');
  const wants = join(at, 'sockets.target.wants');
  mkdirSync(wants, { recursive: true });
  own(wants);
  for (const [unit, text] of Object.entries(units(socket))) {
    writeFileSync(join(at, unit), text);
    own(join(at, unit));
  }
  symlinkSync('../hello.socket', join(wants, 'hello.socket'));
  const file = join(folder, `${kind}.xml`);
  // The filter is that of most containers, and a whole system does with it.
  const filter = extension("security seccomp='builtin'");
  const more = `${filter}${shift === 0 ? '' : idmap}${privnet}`;
  const devices = mounted(root, '/');
  const xml = domainXml(name, { init: ['/lib/systemd/systemd'], more, devices });
  writeFileSync(file, xml.replace('>64<', '>512<'));
  return { file, socket };
}

const inside = (...command: readonly string[]) => {
  const options = { encoding: 'utf8', timeout: HANGS_MS } as const;
  const { status, stdout } = spawnSync(lxplain, ['exec', name, ...command], options);
  return { status, stdout: stdout.trim() };
};

/** Waits until systemd has started all, and says what it says. */
async function booted(): Promise<string> {
  let said = '';
  await until(() => {
    said = inside('systemctl', 'is-system-running', '--wait').stdout;
    return said !== '' && said !== 'offline';
  }, 'systemd answers');
  return said;
}

/** The groups of the host, without those of containers. */
function groups(at = '/sys/fs/cgroup'): readonly string[] {
  const below = readdirSync(at, { withFileTypes: true }).filter(
    (each) => each.isDirectory() && !each.name.startsWith('lxplain-'),
  );
  return below.flatMap((each) => [join(at, each.name), ...groups(join(at, each.name))]);
}

describe.skipIf(reason !== undefined)(`systemd${skipped(reason)}`, () => {
  test.each([
    ['as root of the host', 'unmapped', 0],
    ['with an id map', 'mapped', ID],
  ])('%s: boots whole, takes a socket, reboots and shuts down', async (_, kind, shift) => {
    const before = groups();
    const { file, socket } = debian(kind, shift);
    const activate = spawn(
      join(folder, 'activate'),
      [socket, lxplain, 'create', file, '--pass-fds', '3'],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    await new Promise((resolve) => {
      activate.stdout.once('data', resolve);
    });
    expect(running(name)).toBeUndefined();
    // The first client starts the container, and is answered by a unit in it.
    let heard = '';
    for await (const data of connect(socket)) heard += String(data);
    expect(heard).toBe('hello from the container\n');

    expect(await booted()).toBe('running');
    expect(inside('systemctl', '--failed', '--quiet').stdout).toBe('');
    const drift = spawnSync(lxplain, ['drift', name], { encoding: 'utf8' });
    expect(drift).toMatchObject({ status: 0, stdout: `${name}: as planned\n` });
    expect(inside('cat', '/proc/1/cgroup').stdout).toContain('0::/init.scope');
    expect(inside('sh', '-c', 'read line < /proc/meminfo; echo $line').stdout).toBe(
      'MemTotal: 524288 kB',
    );
    if (shift !== 0) {
      const raise = 'echo 7 > /sys/fs/cgroup/cgroup.max.descendants';
      expect(inside('sh', '-c', raise).status).not.toBe(0);
    }

    const { initPid } = await started(name);
    execFileSync(lxplain, ['reboot', name]);
    await until(() => {
      const now = running(name)?.initPid;
      return now !== undefined && now !== initPid;
    }, 'another life');
    expect(await booted()).toBe('running');
    execFileSync(lxplain, ['shutdown', name, '--wait']);
    await until(() => hasEnded(name), 'it has ended');
    expect(groups()).toEqual(before);
    for (const hierarchy of readdirSync('/sys/fs/cgroup'))
      expect(existsSync(join('/sys/fs/cgroup', hierarchy, `lxplain-${name}`))).toBe(false);
  });
});

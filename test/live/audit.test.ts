import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { until } from '../tools.ts';
import { type Listener, listen, noAudit, withoutNumbers } from './audit-listener.ts';
import { hasEnded, lxplain, started } from './containers.ts';
import { compileTo, domainXml, makeRoot, mounted, noContainer, run, skipped } from './domains.ts';

// What the audit system of the kernel is told, read back from the kernel.

const reason = noContainer ?? noAudit;
const name = 'lxplain-audit';
const UUID = '4dea22b3-1d52-d8f3-2516-782e98ab3fa0';
const machine = `vm="${name}" uuid=${UUID}`;
const tail = 'exe=PROGRAM hostname=? addr=? terminal=?';
let folder: string;
let root: string;
let listener: Listener;
let seen = 0;

beforeAll(async () => {
  if (reason !== undefined) return;
  folder = mkdtempSync(join(tmpdir(), 'lxplain-audit-'));
  root = join(folder, 'root');
  makeRoot(root, ['sh', 'sleep', 'true', 'reboot', 'kill', 'test', 'touch']);
  for (const each of ['proc', 'sys', 'dev', 'data', 'ram']) mkdirSync(join(root, each));
  listener = await listen(folder);
});
afterAll(async () => {
  if (reason !== undefined) return;
  await listener.stop();
  rmSync(folder, { recursive: true });
});

/** The records of this container since the last call, once there are so many. */
async function records(count: number): Promise<readonly string[]> {
  await until(() => listener.of(name).length >= seen + count, `${count} records`);
  const all = listener.of(name).slice(seen);
  seen += all.length;
  return all;
}

const xml = (init: readonly string[], more = '', devices = '') =>
  domainXml(name, {
    init,
    more: `<uuid>${UUID}</uuid>${more}`,
    devices: mounted(root, '/') + devices,
  });

const resource = (kind: string, fields: string, result = 'success') =>
  `2501 msg='virt=lxc resrc=${kind} reason=start ${machine} ${fields} ${tail} res=${result}'`;
const control = (op: string, fields: string, result = 'success') =>
  `2500 msg='virt=lxc op=${op} ${fields} ${tail} res=${result}'`;
const resources = (result = 'success') => [
  resource('fs', `old-fs="?" new-fs="${root}"`, result),
  resource('chardev', 'old-chardev="?" new-chardev="/dev/pts/0"', result),
  resource('mem', 'old-mem=0 new-mem=65536', result),
  resource('vcpu', 'old-vcpu=0 new-vcpu=1', result),
];
const init = control('init', `${machine} vm-pid=N init-pid=N pid-ns=N`);
const startedFor = (why: string) => control('start', `reason=${why} ${machine} vm-pid=N`);
const stoppedFor = (why: string) => control('stop', `reason=${why} ${machine} vm-pid=0`);

describe.skipIf(reason !== undefined)(`audit${skipped(reason)}`, () => {
  test('a container that ends by itself: what it got, start, init and stop', async () => {
    const program = join(folder, 'program');
    await compileTo(program, xml(['/bin/true']));
    expect(run(program).status).toBe(0);
    const all = await records(7);
    expect(all.map(withoutNumbers)).toEqual([
      ...resources(),
      startedFor('booted'),
      init,
      stoppedFor('shutdown'),
    ]);
    expect(all[0]).toContain(` exe="${program}" `);
  });

  test('the processes and the namespace are those of the container; destroy is told', async () => {
    const file = join(folder, 'domain.xml');
    writeFileSync(file, xml(['/bin/sleep', '1000']));
    execFileSync(lxplain, ['create', file]);
    const { supervisorPid: pid, initPid } = await started(name);
    const inode = statSync(`/proc/${initPid}/ns/pid`).ino;
    execFileSync(lxplain, ['destroy', name]);
    const all = await records(7);
    expect(all[5]).toContain(` vm-pid=${pid} init-pid=${initPid} pid-ns=${inode} `);
    // The program of `create` is a file of memory: its name has a blank.
    expect(all[5]).toMatch(/ exe=2F6D656D6664[0-9A-F]+ /);
    expect(all.map(withoutNumbers).at(-1)).toBe(stoppedFor('destroyed'));
  });

  test('a reboot is a stop and another start', async () => {
    const program = join(folder, 'program');
    const script = 'test -e /data/once && exit; touch /data/once; kill -HUP 1; reboot -f; sleep 9';
    await compileTo(program, xml(['/bin/sh', '-c', script]));
    run(program);
    expect((await records(14)).map(withoutNumbers)).toEqual([
      ...resources(),
      startedFor('booted'),
      init,
      stoppedFor('reboot'),
      ...resources(),
      startedFor('reboot'),
      init,
      stoppedFor('shutdown'),
    ]);
  });

  test('a start that fails is told, and nothing was given', async () => {
    const program = join(folder, 'program');
    const data = join(folder, 'data');
    mkdirSync(data);
    await compileTo(program, xml(['/bin/true'], '', mounted(data, '/data')));
    rmSync(data, { recursive: true });
    expect(run(program).stderr).toContain('ENOENT');
    const failed = resources('failed');
    failed.splice(1, 0, resource('fs', `old-fs="?" new-fs="${data}"`, 'failed'));
    expect((await records(6)).map(withoutNumbers)).toEqual([
      ...failed,
      control('start', `reason=booted ${machine} vm-pid=0`, 'failed'),
    ]);
  });

  test('a supervisor that is killed: the guard says that it has ended', async () => {
    const file = join(folder, 'domain.xml');
    writeFileSync(file, xml(['/bin/sleep', '1000']));
    execFileSync(lxplain, ['create', file]);
    process.kill((await started(name)).supervisorPid, 'SIGKILL');
    await until(() => hasEnded(name), 'it has ended');
    expect((await records(7)).map(withoutNumbers).at(-1)).toBe(stoppedFor('failed'));
  });

  const noTools =
    spawnSync('ausearch', ['--version']).status === 0 ? '' : ' (skipped: needs auditd)';
  test.skipIf(noTools !== '')(`Debian's tools read the records${noTools}`, async () => {
    const program = join(folder, 'a program');
    await compileTo(program, xml(['/bin/true']));
    run(program);
    const log = join(folder, 'log');
    const types = { 2500: 'VIRT_CONTROL', 2501: 'VIRT_RESOURCE' } as const;
    const lines = (await records(7)).map((each) =>
      each.replace(/^(250[01]) /, (_, type: '2500') => `type=${types[type]} msg=`),
    );
    writeFileSync(log, lines.map((line) => `${line}\n`).join(''));
    const shown = execFileSync('ausearch', ['-if', log, '--interpret', '-vm', name], {
      encoding: 'utf8',
    });
    const count = (pattern: RegExp) => shown.match(pattern)?.length;
    expect(count(/^type=VIRT_RESOURCE /gm)).toBe(4);
    expect(count(/^type=VIRT_CONTROL /gm)).toBe(3);
    expect(count(/ exe=.*a program .* res=success/g)).toBe(7);
    expect(readFileSync(log, 'utf8')).toContain(' exe=2F');
  });
});

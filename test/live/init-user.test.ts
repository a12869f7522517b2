import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { HANGS_MS } from '../tools.ts';
import {
  compileTo,
  domainXml,
  extension,
  ID,
  idmap,
  makeRoot,
  mounted,
  noContainer,
  privnet,
  run,
  skipped,
} from './domains.ts';

// Who init is: a user of the image, by name or by number, with the groups that the image gives it.

const lxplain = join(import.meta.dirname, '../../bin/lxplain');
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lxplain-user-'));
  const root = join(folder, 'root');
  makeRoot(root, ['sh', 'cat', 'id', 'grep', 'stat', 'tty', 'sleep']);
  mkdirSync(join(root, 'etc'));
  writeFileSync(
    join(root, 'etc/passwd'),
    'root:x:0:0::/:/bin/sh\nweb:x:33:34::/:/bin/sh\n7:x:8:9::/:/\n',
  );
  writeFileSync(join(root, 'etc/group'), 'root:x:0:\nwww:x:34:\nlog:x:4:ann,web\nmail:x:12:\n');
});
afterAll(() => rmSync(folder, { recursive: true }));

async function start(script: string, os: string, more: string) {
  const program = join(folder, 'program');
  const devices = mounted(join(folder, 'root'), '/');
  const init = ['/bin/sh', '-c', script];
  await compileTo(program, domainXml('lxplain-user', { init, os, devices, more }));
  return run(program);
}

async function said(script: string, os: string, more = privnet): Promise<string> {
  const { status, stdout, stderr } = await start(script, os, more);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return stdout.trimEnd();
}

const user = (name: string) => `<inituser>${name}</inituser>`;
const group = (name: string) => `<initgroup>${name}</initgroup>`;
const denying = "<features><privnet/><capabilities policy='deny'/></features>";
const locked = extension("security no_new_privs='yes' seccomp='builtin'");
const filtered = extension("security seccomp='builtin'");

describe.skipIf(noContainer !== undefined)(`init as a user${skipped(noContainer)}`, () => {
  test.each([
    ['a name has the groups of the image', user('web'), '33 34 34 4'],
    ['a number of the image, too', user('33'), '33 34 34 4'],
    ['a name of digits is a name', user('7'), '8 9 9'],
    ['+ makes it a number', `${user('+7')}${group('+5')}`, '7 5 5'],
    ['a number that is nobody', `${user('1000')}${group('12')}`, '1000 12 12'],
    ['a group of its own beside', `${user('web')}${group('mail')}`, '33 12 12 4'],
    ['a group alone', group('mail'), '0 12 12'],
  ])('%s', async (_, os, expected) => {
    for (const more of [
      privnet,
      `${idmap}${privnet}`,
      denying,
      `${locked}${privnet}`,
      `${filtered}${denying}`,
      filtered,
    ])
      expect(await said('echo $(id -u) $(id -g) $(id -G)', os, more)).toBe(expected);
  });

  test('a user other than root has no capability, and the console', async () => {
    const script = 'grep -E "Cap(Inh|Prm|Eff|Amb)" /proc/self/status; stat -c "%u %a" $(tty)';
    const lines = (await said(script, `${user('web')}`)).split('\n');
    expect(lines).toEqual([
      ...['Inh', 'Prm', 'Eff', 'Amb'].map((set) => `Cap${set}:\t0000000000000000`),
      '33 620',
    ]);
  });

  test('root with another group keeps its capabilities', async () => {
    const own = await said('grep CapEff /proc/self/status', '');
    expect(await said('grep CapEff /proc/self/status', group('mail'))).toBe(own);
  });

  test.each([
    ['nobody of the image', user('ann'), 'init/unknown-user'],
    ['no group of it', `${user('web')}${group('ann')}`, 'init/unknown-group'],
    ['more than there is', user('+4294967295'), 'init/unknown-user'],
  ])('%s', async (_, os, code) => {
    await expect(start('true', os, privnet)).rejects.toThrow(code);
  });

  test('an id that is not mapped', async () => {
    const os = `${user('+70000')}${group('+5')}`;
    await expect(start('true', os, `${idmap}${privnet}`)).rejects.toThrow('init/not-mapped');
  });

  test('a command of exec is the same user', () => {
    const file = join(folder, 'user.xml');
    for (const more of [privnet, `${idmap}${privnet}`, denying]) {
      const contents = {
        init: ['/bin/sleep', '1000'],
        os: user('web'),
        more,
        devices: mounted(join(folder, 'root'), '/'),
      };
      writeFileSync(file, domainXml('lxplain-user', contents));
      const call = (...args: string[]) =>
        spawnSync(lxplain, args, { encoding: 'utf8', timeout: HANGS_MS });
      expect(call('create', file)).toMatchObject({ status: 0, stderr: '' });
      const script = 'echo $(id -u) $(id -g) $(id -G); grep CapEff /proc/self/status';
      const { status, stdout, stderr } = call('exec', 'lxplain-user', 'sh', '-c', script);
      expect(call('destroy', 'lxplain-user').status).toBe(0);
      expect({ status, stdout, stderr }).toEqual({
        status: 0,
        stdout: '33 34 34 4\nCapEff:\t0000000000000000\n',
        stderr: '',
      });
      expect(existsSync('/run/lxplain/lxplain-user')).toBe(false);
    }
  });

  test('its files on the host are those of the mapped user', async () => {
    const data = join(folder, 'data');
    mkdirSync(data, { recursive: true });
    mkdirSync(join(folder, 'root/data'), { recursive: true });
    spawnSync('chmod', ['777', data]);
    const program = join(folder, 'program');
    const devices = mounted(join(folder, 'root'), '/') + mounted(data, '/data');
    const init = ['/bin/sh', '-c', 'echo >/data/file'];
    await compileTo(
      program,
      domainXml('lxplain-user', { init, os: user('web'), devices, more: `${idmap}${privnet}` }),
    );
    expect(run(program)).toMatchObject({ status: 0, stderr: '' });
    const { stdout } = spawnSync('stat', ['-c', '%u %g', join(data, 'file')], { encoding: 'utf8' });
    expect(stdout).toBe(`${ID + 33} ${ID + 34}\n`);
  });
});

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemCallNumber, X32_BIT } from '../../src/linux/system-calls.ts';
import { hasGcc } from '../tools.ts';
import {
  compileTo,
  domainXml,
  extension,
  idmap,
  makeRoot,
  mounted,
  noContainer,
  privnet,
  run,
  skipped,
} from './domains.ts';

// Filters of system calls, limits of processes and settings of namespaces, seen from inside.

const reason = noContainer ?? (hasGcc ? undefined : 'needs gcc');
const abi = process.arch === 'arm64' ? 'aarch64' : 'x86_64';
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lxplain-confined-'));
  if (reason !== undefined) return;
  makeRoot(join(folder, 'root'), ['sh', 'cat', 'grep', 'mkdir', 'sysctl']);
  const source = join(import.meta.dirname, 'calls.c');
  execFileSync('gcc', ['-static', '-O1', '-o', join(folder, 'root/bin/calls'), source]);
});
afterAll(() => rmSync(folder, { recursive: true }));

async function start(script: string, more: string) {
  const program = join(folder, 'program');
  const devices = mounted(join(folder, 'root'), '/');
  const init = ['/bin/sh', '-c', script];
  await compileTo(program, domainXml('lxplain-confined', { init, devices, more }));
  return run(program);
}

async function said(script: string, more: string): Promise<string> {
  const { status, stdout, stderr } = await start(script, more);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return stdout.trimEnd();
}

/** A call by its name, or by its number. */
const call = (of: string | number, ...values: readonly (number | string)[]): string =>
  [typeof of === 'number' ? of : systemCallNumber(of, abi), ...values].join(',');

const rights = (policy: string, ...states: readonly string[]) =>
  `<features><privnet/><capabilities policy='${policy}'>${states.join('')}</capabilities></features>`;
const withoutAdmin = rights('default', "<sys_admin state='off'/>");

const TIOCSTI = 0x5412;
const NEW_USER = 0x10000011;

describe.skipIf(reason !== undefined)(`confined${skipped(reason)}`, () => {
  test.each([
    ['with sys_admin', privnet, 'EINVAL'],
    ['without', withoutAdmin, 'EPERM'],
    ['with none', rights('deny'), 'EPERM'],
    ['locked', withoutAdmin, 'EPERM'],
    ['mapped', `${idmap}${withoutAdmin}`, 'EPERM'],
  ])('builtin, %s: what it refuses fails as it says', async (kind, more, byAdmin) => {
    const lock = kind === 'locked' ? " no_new_privs='yes'" : '';
    const calls = [
      call('open_by_handle_at'),
      call('keyctl', 0, 0),
      call('ioctl', 1, TIOCSTI, 0),
      call('ioctl', 1, '0x700005412', 0),
      call('socket', 40, 1, 0),
      call(999),
      call('personality', '0xffffffff'),
      call('personality', '0x0040000'),
      // A mount of nothing, and a namespace: the kernel itself refuses them in other words.
      call('mount', 0, 0, 0, 0, 0),
      call('getppid'),
      ...(abi === 'x86_64' ? [call(X32_BIT + 39)] : []),
    ];
    const script = `grep Seccomp: /proc/self/status; calls ${calls.join(' ')}`;
    const lines = (await said(script, `${extension(`security seccomp='builtin'${lock}`)}${more}`))
      .split('\n')
      .map((line) => line.trim());
    expect(lines).toEqual([
      'Seccomp:\t2',
      ...['EPERM', 'EPERM', 'EPERM', 'EPERM', 'EPERM', 'ENOSYS', '0', 'EPERM'],
      byAdmin === 'EINVAL' ? 'EFAULT' : byAdmin,
      '0',
      ...(abi === 'x86_64' ? ['SYS'] : []),
    ]);
  });

  test('builtin: a namespace of users takes sys_admin', async () => {
    const clone = call('clone', NEW_USER, 0, 0, 0, 0);
    const filter = extension("security seccomp='builtin'");
    expect(await said(`calls ${clone}`, `${filter}${withoutAdmin}`)).toBe('EPERM');
    expect(await said(`calls ${clone}`, `${filter}${privnet}`)).toBe('0');
  });

  const profile = (text: string): string => {
    const file = join(folder, 'profile');
    writeFileSync(file, text);
    return extension(`security seccomp='${file}'`);
  };

  test.each([
    [
      'JSON',
      {
        defaultAction: 'SCMP_ACT_ALLOW',
        syscalls: [{ names: ['mkdir', 'mkdirat'], action: 'SCMP_ACT_ERRNO', errnoRet: 28 }],
      },
    ],
    ['a list', '2\ndenylist\nmkdir errno 28\nmkdirat errno 28\n'],
  ])('a profile as %s', async (_, text) => {
    const filter = profile(typeof text === 'string' ? text : JSON.stringify(text));
    const out = await said('mkdir /bin/x 2>&1; cat /proc/self/comm', `${filter}${privnet}`);
    expect(out).toBe("mkdir: can't create directory '/bin/x': No space left on device\ncat");
  });

  test('what kills init says so', async () => {
    const filter = profile('2\ndenylist\ngetcwd kill\nmkdir\nmkdirat\n');
    const { status, stderr } = await start('mkdir /bin/x', `${filter}${privnet}`);
    expect({ status, stderr }).toEqual({ status: 159, stderr: expect.any(String) });
  });

  test.each(['/proc/kmsg', '/dev/zero', '/etc', '/no/such/profile'])(
    'what is no plain file is no profile: %s',
    async (path) => {
      const filter = extension(`security seccomp='${path}'`);
      await expect(start('true', `${filter}${privnet}`)).rejects.toThrow('seccomp/not-readable');
    },
  );

  test('a filter that refuses a start is a fault of the domain', async () => {
    const filter = profile('2\nallowlist\nread\n');
    await expect(start('true', `${filter}${privnet}`)).rejects.toThrow('seccomp/refuses-start');
  });

  const limits = ["limit name='nofile' soft='64' hard='128'", "limit name='core' soft='0'"];
  test.each([
    ['plain', privnet],
    ['mapped', `${idmap}${privnet}`],
    ['with no rights', rights('deny')],
  ])('limits of processes, %s', async (_, more) => {
    const out = await said('cat /proc/self/limits', `${extension(...limits)}${more}`);
    expect(out).toMatch(/^Max open files +64 +128 +files/m);
    expect(out).toMatch(/^Max core file size +0 +0 +bytes/m);
  });

  const inherited = /^Max open files +\d+ +(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'));
  test('a limit as high as that of who starts it', async () => {
    const hard = `limit name='nofile' soft='64' hard='${inherited?.[1]}'`;
    const out = await said('cat /proc/self/limits', `${extension(hard)}${idmap}${privnet}`);
    expect(out).toMatch(new RegExp(`^Max open files +64 +${inherited?.[1]} `, 'm'));
  });

  test.each([
    ['plain', privnet],
    ['mapped', `${idmap}${privnet}`],
  ])('settings of its namespaces, %s', async (_, more) => {
    const own = extension(
      "sysctl name='net.ipv4.ip_forward' value='1'",
      "sysctl name='net.ipv4.ping_group_range' value='0 0'",
      "sysctl name='kernel.msgmax' value='4096'",
    );
    const read = 'cat /proc/sys/net/ipv4/ip_forward /proc/sys/kernel/msgmax';
    const [before, host] = [execFileSync('sh', ['-c', read]), await said(read, `${own}${more}`)];
    expect(host.split('\n')).toEqual(['1', '4096']);
    expect(execFileSync('sh', ['-c', read])).toEqual(before);
  });

  test('a setting that the kernel does not have names its line', async () => {
    const own = extension("sysctl name='net.ipv4.no_such_setting' value='1'");
    const { status, stderr } = await start('true', `${own}${privnet}`);
    expect(status).toBe(1);
    expect(stderr).toContain('sysctl.write net.ipv4.no_such_setting ← 1');
    expect(stderr).toContain('the kernel does not have this setting');
  });
});

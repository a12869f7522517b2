import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { HANGS_MS, until } from '../tools.ts';
import { domainXml, makeRoot, mounted, noContainer, skipped } from './domains.ts';

// What containers have said and how they ended, kept by their supervisors.

const lxplain = join(import.meta.dirname, '../../bin/lxplain');
let folder: string;
let env: NodeJS.ProcessEnv;

const call = (...args: string[]) =>
  spawnSync(lxplain, args, { encoding: 'utf8', timeout: HANGS_MS, env });

const shown = (name: string, ...options: string[]): string =>
  call('logs', name, ...options).stdout.replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/g, 'TIME');

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lxplain-logs-'));
  for (const each of ['run', 'var/log']) mkdirSync(join(folder, each), { recursive: true });
  env = { ...process.env, LXPLAIN_ROOT: folder };
  if (noContainer === undefined)
    makeRoot(join(folder, 'root'), ['sh', 'sleep', 'echo', 'yes', 'head', 'seq', 'kill']);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A container whose init is this script of a shell, and what stands in its XML besides. */
function box(name: string, script: string, more: { consoles?: number; extension?: string } = {}) {
  const { consoles = 1, extension = '' } = more;
  const file = join(folder, `${name}.xml`);
  const own = "<lxplain:domain xmlns:lxplain='urn:lxplain:domain:1'>";
  const xml = domainXml(name, {
    init: ['/bin/sh', '-c', script],
    devices: mounted(join(folder, 'root'), '/') + "<console type='pty'/>".repeat(consoles),
  });
  const metadata = `<metadata>${own}${extension}</lxplain:domain></metadata>`;
  writeFileSync(file, extension === '' ? xml : xml.replace('<os>', `${metadata}<os>`));
  return file;
}

const started = '-- TIME started, init is process PID\n';
const withoutPid = (text: string) => text.replaceAll(/process \d+\n/g, 'process PID\n');

describe.skipIf(noContainer !== undefined)(`logs${skipped(noContainer)}`, () => {
  test('what was said on each console, the last word too, and the status', async () => {
    const script = 'echo hello; echo aside >/dev/pts/1; seq 2000; echo bye; exit 3';
    expect(call('create', box('lxplain-said', script, { consoles: 2 })).status).toBe(0);
    await until(() => shown('lxplain-said').includes('ended'), 'it ends');
    const text = withoutPid(shown('lxplain-said'));
    const numbers = Array.from({ length: 2000 }, (_, index) => `${index + 1}\n`).join('');
    const withoutAside = text.replace('console1: aside\n', '');
    expect(withoutAside).toBe(`${started}hello\n${numbers}bye\n-- TIME ended: status 3\n`);
    expect(withoutAside).not.toBe(text);
    expect(shown('lxplain-said', '--console', '1')).toBe('aside\n');
    expect(shown('lxplain-said', '-n', '2')).toBe('bye\n-- TIME ended: status 3\n');
    const json = shown('lxplain-said', '--json').trimEnd().split('\n');
    expect(JSON.parse(json.at(-1) ?? '')).toMatchObject({ event: 'ended', status: 768 });
  });

  test('a process that was killed as memory was used up', async () => {
    const script = 'a=x; while :; do a=$a$a; done';
    expect(call('create', box('lxplain-oom', script)).status).toBe(0);
    await until(() => shown('lxplain-oom').includes('ended'), 'it ends');
    expect(withoutPid(shown('lxplain-oom'))).toBe(
      `${started}-- TIME ended: SIGKILL; a process was killed as its memory was used up\n`,
    );
  });

  test('each life of a container that starts again, and how it was destroyed', async () => {
    const file = box('lxplain-again', 'echo once; exit 1');
    const xml = `<on_crash>restart</on_crash><devices>`;
    const text = spawnSync('sed', [`s#<devices>#${xml}#`, file], { encoding: 'utf8' }).stdout;
    writeFileSync(file, text);
    expect(call('create', file).status).toBe(0);
    await until(() => (shown('lxplain-again').match(/ended: status 1/g) ?? []).length > 1, 'lives');
    expect(call('destroy', 'lxplain-again').status).toBe(0);
    const lines = withoutPid(shown('lxplain-again')).split('\n');
    expect(lines.slice(0, 6)).toEqual([
      started.trimEnd(),
      'once',
      '-- TIME ended: status 1',
      started.trimEnd(),
      'once',
      '-- TIME ended: status 1',
    ]);
    const other = box('lxplain-told', 'sleep 1000');
    expect(call('create', other).status).toBe(0);
    expect(call('destroy', 'lxplain-told').status).toBe(0);
    expect(withoutPid(shown('lxplain-told'))).toBe(`${started}-- TIME ended: destroyed\n`);
  });

  test('a flood stays within its bounds, and does not keep init waiting', async () => {
    const line = '0'.repeat(79);
    const flood = box('lxplain-flood', `yes ${line} | head -n 20000; echo last`, {
      extension: "<lxplain:log size='65536'/>",
    });
    expect(call('create', flood).status).toBe(0);
    await until(() => shown('lxplain-flood').includes('ended'), 'it ends');
    expect(shown('lxplain-flood', '-n', '2')).toBe('last\n-- TIME ended: status 0\n');
    const directory = join(folder, 'var/log/lxplain/lxplain-flood');
    const sizes = readdirSync(directory).map((each) => statSync(join(directory, each)).size);
    expect(sizes.length).toBe(3);
    for (const size of sizes) expect(size).toBeLessThan(65_536 + 4_200);
  });

  test('nothing is kept of a domain that wants no log, or where none can be written', async () => {
    const none = box('lxplain-unlogged', 'echo hello', { extension: "<lxplain:log size='0'/>" });
    expect(call('create', none).status).toBe(0);
    expect(call('logs', 'lxplain-unlogged').stderr).toContain('[domain/unknown]');
    const place = join(folder, 'var/log/lxplain/lxplain-nowhere');
    writeFileSync(place, 'no directory');
    const file = box('lxplain-nowhere', 'echo hello; sleep 1000');
    expect(call('create', file)).toMatchObject({ status: 0, stderr: '' });
    expect(call('destroy', 'lxplain-nowhere').status).toBe(0);
    rmSync(place);
  });

  test('a start that failed', () => {
    const file = box('lxplain-failed', 'exit 0');
    const broken = spawnSync('sed', ['s#<init>/bin/sh#<init>/bin/none#', file]).stdout;
    writeFileSync(file, broken);
    expect(call('create', file).status).toBe(1);
    writeFileSync(file, spawnSync('sed', ['s#<init>/bin/none#<init>/bin/sh#', file]).stdout);
    const plan = call('plan', file, '--json').stdout.replaceAll('/bin/sh', '/bin/non');
    writeFileSync(join(folder, 'plan.json'), plan);
    expect(call('create', join(folder, 'plan.json'), '--stale-ok').status).toBe(1);
    expect(shown('lxplain-failed')).toMatch(
      /^-- TIME failed to start: lxplain-failed: step \d+ exec \/bin\/non.*: ENOENT/,
    );
  });

  test('is followed while it grows', async () => {
    const file = box('lxplain-grows', 'echo one; sleep 1; echo two; sleep 1000');
    expect(call('create', file).status).toBe(0);
    const child = spawn(lxplain, ['logs', '-f', 'lxplain-grows'], {
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let text = '';
    child.stdout.on('data', (data: Buffer) => {
      text += String(data);
    });
    await until(() => text.includes('two\n'), text);
    expect(call('destroy', 'lxplain-grows').status).toBe(0);
    await until(() => text.includes('ended: destroyed\n'), text);
    child.kill('SIGINT');
    expect(await new Promise((resolve) => child.once('exit', resolve))).toBe(0);
  });

  test('what other consoles say does not get into what a program in the foreground prints', () => {
    const script = 'yes 1111111 | head -n 20000 >/dev/pts/1 & yes 0000000 | head -n 20000; wait';
    const program = join(folder, 'program');
    expect(call('compile', box('lxplain-two', script, { consoles: 2 }), '-o', program).status).toBe(
      0,
    );
    const { stdout, status } = spawnSync(program, { encoding: 'utf8', env, timeout: HANGS_MS });
    expect({ status, other: stdout.replaceAll(/0000000\r\n/g, '') }).toEqual({
      status: 0,
      other: '',
    });
  });
});

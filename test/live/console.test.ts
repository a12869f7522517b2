import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { until } from '../tools.ts';
import { destroyIfThere, domainFile, hasEnded, lxplain, running, started } from './containers.ts';
import { noContainer, skipped } from './domains.ts';
import { onTerminal } from './on-terminal.ts';

// Clients of a console that attach to a container that runs, and leave it.

const name = 'lxplain-attach';
const consoles = (count: number) => `<devices>${"<console type='pty'/>".repeat(count)}</devices>\n`;
const folder = mkdtempSync(join(tmpdir(), 'lxplain-attach-'));
const create = (script: string, count = 1) =>
  execFileSync(lxplain, [
    'create',
    domainFile(folder, name, '/bin/sh', ['-c', script], consoles(count)),
  ]);
const attach = `${lxplain} console ${name}`;

afterEach(() => destroyIfThere(name));
afterAll(() => rmSync(folder, { recursive: true }));

/** A client on a terminal that stays; what it has shown so far. */
function stays(command: string): { readonly child: ChildProcess; readonly shown: () => string } {
  const child = spawn('script', ['-qec', command, '/dev/null']);
  let output = '';
  child.stdout.on('data', (data: Buffer) => {
    output += data.toString();
  });
  return { child, shown: () => output };
}

const descriptors = (pid: number) => readdirSync(`/proc/${pid}/fd`).length;

describe.skipIf(noContainer !== undefined)(`console${skipped(noContainer)}`, () => {
  test('a client attaches, types, leaves, and comes again; the end of the container ends it', async () => {
    create('while read -r line; do echo "got $line"; [ "$line" = end ] && exit; done');
    const { supervisorPid } = await started(name);
    const before = descriptors(supervisorPid);
    const first = await onTerminal(attach, [
      ['Escape character is ^] (Ctrl + ])', 'one\r'],
      ['got one', '\x1d'],
    ]);
    expect(first).toContain(`Connected to domain '${name}'`);
    expect(first).toContain(`goes on: 'lxplain destroy ${name}' ends it`);
    await until(() => descriptors(supervisorPid) === before, 'the client is forgotten');
    await onTerminal(`${attach} -e '^X'`, [
      ['Escape character is ^X (Ctrl + X)', 'two\r'],
      ['got two', '\x18'],
    ]);
    await onTerminal(attach, [
      ['Escape', 'end\r'],
      ['got end', ''],
    ]);
    await until(() => hasEnded(name), 'it ends');
  });

  test('nobody who is not there keeps init from writing, also after a client', async () => {
    create('seq 1 20000; echo done >/dev/tty2; read -r line; seq 1 20000; exit 3', 2);
    await started(name);
    await onTerminal(attach, [
      ['Escape', '\r'],
      ['1\r\n', '\x1d'],
    ]);
    await until(() => hasEnded(name), 'it ends');
  });

  test('each console has a client; a second one of the same is told who has it, or takes it', async () => {
    create('while read -r line </dev/tty2; do echo "got $line" >/dev/tty2; done', 2);
    const { supervisorPid } = await started(name);
    const other = `${attach} --devname console1`;
    const first = stays(other);
    await until(() => first.shown().includes('Escape'), 'the first client has it');
    const second = await onTerminal(other, []);
    expect(second).toMatch(/error: console1 of domain 'lxplain-attach' is in use by process \d+/);
    await onTerminal(attach, [['Escape', '\x1d']]); // console0 is free
    await onTerminal(`${other} --force`, [
      ['Escape', 'mine\r'],
      ['got mine', '\x1d'],
    ]);
    await until(() => first.child.exitCode !== null, 'the first client has ended');
    expect(running(name)?.supervisorPid).toBe(supervisorPid);
    expect(await onTerminal(`${attach} --devname console2`, [])).toContain('has no console');
  });

  test('a client that is stopped or killed keeps nobody: destroy works, and the next client', async () => {
    create('while :; do echo tick; sleep 0.01; done');
    const client = stays(`exec ${attach}`);
    await until(() => client.shown().includes('tick'), 'the client reads');
    const [pid] = clientsOf();
    process.kill(pid!, 'SIGKILL');
    await onTerminal(attach, [['tick', '\x1d']]);
    const stopped = stays(`exec ${attach}`);
    await until(() => stopped.shown().includes('tick'), 'the client reads');
    const [again] = clientsOf();
    process.kill(again!, 'SIGSTOP');
    expect(spawnSync(lxplain, ['destroy', name]).status).toBe(0);
    expect(hasEnded(name)).toBe(true);
    process.kill(again!, 'SIGKILL');
    stopped.child.kill('SIGCONT'); // script(1) stops with its child
    await until(
      () => stopped.child.exitCode !== null || stopped.child.signalCode !== null,
      'its end',
    );
  });

  test('who starts a container has its console until it leaves; the next life has one, too', async () => {
    const file = domainFile(
      folder,
      name,
      '/bin/sh',
      ['-c', 'read -r line; echo "got $line"; kill -HUP $$'],
      `<on_reboot>restart</on_reboot><on_crash>restart</on_crash>${consoles(1)}`,
    );
    const first = stays(`exec ${lxplain} create ${file} --console`);
    await until(() => first.shown().includes('Escape'), 'it runs');
    expect(await onTerminal(attach, [])).toContain('is in use by process');
    first.child.stdin?.write('\x1d');
    await until(() => first.child.exitCode !== null, 'the first client leaves');
    await onTerminal(attach, [
      ['Escape', 'one\r'],
      ['got one', ''],
    ]);
    await onTerminal(attach, [
      ['Escape', 'two\r'],
      ['got two', ''],
    ]);
  });

  test('without a terminal it is refused', async () => {
    create('sleep 100');
    const { status, stderr } = spawnSync(lxplain, ['console', name], {
      input: '',
      encoding: 'utf8',
    });
    expect(stderr).toContain('standard input is no terminal');
    expect(status).toBe(1);
  });
});

/** The processes that the supervisor keeps for its consoles. */
function clientsOf(): number[] {
  const pid = running(name)?.supervisorPid;
  const links = execFileSync('sh', ['-c', `cat /proc/${pid}/fdinfo/50[0-9]`], { encoding: 'utf8' });
  return [...links.matchAll(/^Pid:\s*(\d+)$/gm)].map(([, digits]) => Number(digits));
}

import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { until } from '../tools.ts';
import { destroyIfThere, domainFile, hasEnded, lxplain, started } from './containers.ts';
import { noContainer, skipped } from './domains.ts';

// The monitor in a real terminal, and what others read of it.

const [busy, quiet] = ['lxplain-busy', 'lxplain-quiet'];
const noTmux = spawnSync('tmux', ['-V']).status === 0 ? undefined : 'needs tmux';
const reason = noContainer ?? noTmux;
const console = "<devices><console type='pty'/></devices>\n";
let folder: string;

beforeAll(async () => {
  if (reason !== undefined) return;
  folder = mkdtempSync(join(tmpdir(), 'lxplain-top-'));
  const scripts = [
    [busy, 'while :; do :; done'],
    [quiet, 'trap "exit 3" TERM; sleep 1000 & while :; do wait; done'],
  ] as const;
  for (const [name, script] of scripts) {
    destroyIfThere(name);
    const file = domainFile(folder, name, '/bin/sh', ['-c', script], console);
    execFileSync(lxplain, ['create', file]);
    await started(name);
  }
});
afterAll(() => {
  if (reason !== undefined) return;
  for (const name of [busy, quiet]) destroyIfThere(name);
  rmSync(folder, { recursive: true });
});

/** A terminal of a size of its own, in which a command runs. */
class Terminal {
  private readonly socket: string;

  constructor(command: string, width: number, height: number, locale = 'C.UTF-8') {
    this.socket = join(folder, `tmux-${width}x${height}`);
    const size = ['-x', String(width), '-y', String(height)];
    this.tmux('-f', '/dev/null', 'new-session', '-d', ...size, `LC_ALL=${locale} ${command}`);
  }

  private tmux(...args: readonly string[]): string {
    const { stdout } = spawnSync('tmux', ['-u', '-S', this.socket, ...args], { encoding: 'utf8' });
    return stdout;
  }

  /** The lines that it shows. */
  get lines(): readonly string[] {
    return this.tmux('capture-pane', '-p').split('\n').slice(0, -1);
  }

  press(...keys: readonly string[]): void {
    this.tmux('send-keys', ...keys);
  }

  async shows(text: string | RegExp): Promise<void> {
    const matches = (line: string): boolean =>
      typeof text === 'string' ? line.includes(text) : text.test(line);
    await until(
      () => this.lines.some(matches),
      `the terminal shows ${text}: ${this.lines.join('\n')}`,
    );
  }

  get isThere(): boolean {
    return this.tmux('has-session') === '' && this.tmux('list-sessions') !== '';
  }

  end(): void {
    this.tmux('kill-server');
  }
}

const top = (...args: readonly string[]) =>
  spawnSync(lxplain, ['top', ...args, busy, quiet], { encoding: 'utf8' });

describe.skipIf(reason !== undefined)(`top${skipped(reason)}`, () => {
  test('on a terminal of 80 × 24: the busy one is first, keys choose, look, filter, stop and quit', async () => {
    const terminal = new Terminal(`${lxplain} top -d 0.2 ${busy} ${quiet}`, 80, 24);
    try {
      await terminal.shows(/^lxplain-busy +R +\d\d/);
      expect(terminal.lines).toHaveLength(24);
      expect(terminal.lines[0]).toMatch(/^lxplain top {2}\d\d:\d\d:\d\d {2}2 running, 0 paused/);
      expect(terminal.lines[2]).toMatch(/^NAME +S +CPU%/);
      expect(terminal.lines[3]).toMatch(/^lxplain-busy.* 64M /);
      expect(terminal.lines[4]).toMatch(/^lxplain-quiet/);
      terminal.press('Down', 'Enter');
      await terminal.shows(`${busy}: processes`);
      await terminal.shows(/\d+ +1 +\S+ +\/bin\/sh -c while/);
      terminal.press('Tab');
      await terminal.shows(/cgroup\.create .*lxplain-busy/);
      terminal.press('q');
      terminal.press('/', 'q', 'u', 'i', 'Enter');
      await terminal.shows(/only 'qui'/);
      await until(
        () => !terminal.lines.some((line) => line.startsWith('lxplain-busy')),
        'is filtered',
      );
      terminal.press('Up', 'S');
      await terminal.shows(`ask init of '${quiet}' to end? y/n`);
      terminal.press('y');
      await until(() => hasEnded(quiet), 'it is stopped');
      await terminal.shows('no container has such a name');
      terminal.press('q');
      await until(() => !terminal.isThere, 'the monitor ends');
    } finally {
      terminal.end();
    }
  });

  test('it attaches to a console and comes back', async () => {
    const terminal = new Terminal(`${lxplain} top -d 0.2 ${busy}`, 100, 20, 'C');
    try {
      await terminal.shows(/^lxplain-busy +R/);
      terminal.press('Down', 'a');
      await terminal.shows(`Connected to domain '${busy}'`);
      terminal.press('C-]');
      await terminal.shows(/^lxplain-busy +R/);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: all but ASCII
      expect(terminal.lines.join('')).not.toMatch(/[^\u0000-\u007f]/);
    } finally {
      terminal.end();
    }
  });

  test('in a pipe: text, JSON and CSV, and an error for the screen', () => {
    const text = top('-b', '-n', '2', '-d', '0.2');
    expect(text.stdout.match(/^NAME +S +CPU%/gm)).toHaveLength(2);
    expect(text.stdout).toMatch(/^lxplain-busy +R +\d/m);
    const [first = ''] = top('--json', '-n', '1', '-d', '0.2').stdout.split('\n');
    const { domains } = JSON.parse(first) as { domains: readonly { name: string; cpu: number }[] };
    expect(domains[0]).toMatchObject({ name: busy, memoryLimitBytes: 64 * 2 ** 20 });
    expect(domains[0]?.cpu).toBeGreaterThan(0);
    const file = join(folder, 'usage.csv');
    expect(top('--csv', file, '--script', '-n', '2', '-d', '0.2')).toMatchObject({
      stdout: '',
      status: 0,
    });
    const rows = readFileSync(file, 'utf8').trimEnd().split('\n');
    expect(rows).toHaveLength(3);
    expect(rows[0]).toMatch(/^Hostname,Time,Arch,/);
    expect(rows[2]).toContain(`,${busy},`);
    expect(top().stderr).toContain('[cli/no-terminal]');
    expect(top('-n', '0', '-b').stderr).toContain('[cli/bad-value]');
    expect(top('-d', '0', '-b').stderr).toContain('[cli/bad-seconds]');
  });
});

describe.skipIf(noContainer !== undefined)(`metrics${skipped(noContainer)}`, () => {
  const own = new RegExp(`^container_spec_memory_limit_bytes\\{name="${busy}"\\} 67108864$`, 'm');

  test('as text', () => {
    expect(execFileSync(lxplain, ['metrics'], { encoding: 'utf8' })).toMatch(own);
  });

  test('at a socket, until it is ended', async () => {
    const socket = join(folder, 'metrics.socket');
    const server = spawn(lxplain, ['metrics', '--listen', socket]);
    await until(
      () => /00010000 0001 01 .*metrics/.test(readFileSync('/proc/net/unix', 'utf8')),
      'it listens',
    );
    const get = (path: string) =>
      new Promise<{ status: number | undefined; text: string }>((resolve, reject) => {
        request({ socketPath: socket, path }, (response) => {
          let text = '';
          response.on('data', (data: Buffer) => {
            text += data.toString();
          });
          response.on('end', () => resolve({ status: response.statusCode, text }));
        })
          .on('error', reject)
          .end();
      });
    expect(await get('/metrics')).toMatchObject({ status: 200, text: expect.stringMatching(own) });
    expect(await get('/')).toMatchObject({ status: 404 });
    server.kill('SIGTERM');
    await until(() => server.exitCode !== null, 'it ends');
    expect(server.exitCode).toBe(0);
    expect(existsSync(socket)).toBe(false);
  });

  test.each(['0.0.0.0:9713', '192.0.2.1:80', ':x', '127.0.0.1:70000'])('not at %s', (address) => {
    const { stderr, status } = spawnSync(lxplain, ['metrics', '--listen', address], {
      encoding: 'utf8',
    });
    expect({ stderr, status }).toMatchObject({
      stderr: expect.stringContaining('[cli/bad-address]'),
      status: 1,
    });
  });
});

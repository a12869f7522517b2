import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { generate } from '../../src/codegen/generate.ts';
import type { HostFacts } from '../../src/facts/facts.ts';
import { lower } from '../../src/lower/lower.ts';
import { host, onHostRoot, withIdmap } from '../host-root.ts';
import { planOf } from '../plan-of.ts';
import { HANGS_MS } from '../tools.ts';

const reason =
  process.getuid?.() !== 0
    ? 'needs root'
    : process.arch !== 'x64'
      ? 'the program is for x86-64'
      : existsSync('/sys/fs/cgroup/memory/tasks') && existsSync('/sys/fs/cgroup/devices/tasks')
        ? undefined
        : 'needs the memory and devices controllers of cgroup v1';

const permitted = /CapPrm:\s*([0-9a-f]+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
const lastCapability = Number(readFileSync('/proc/sys/kernel/cap_last_cap', 'utf8'));
const facts: HostFacts = { ...host, lastCapability, permittedCapabilities: `0x${permitted}` };
const domain = onHostRoot('lxplain-live', 'id -u; hostname; exit 3');
const mapped = withIdmap(domain);

/** The mount points of this host that a host root has to give up. */
const mounts = readFileSync('/proc/self/mountinfo', 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => ({ point: line.split(' ')[4] ?? '', type: '' }));

test.skipIf(reason !== undefined).each([
  ['plain', domain],
  ['idmap', mapped],
] as const)(
  `%s: runs, returns the status of init and leaves nothing${reason === undefined ? '' : ` (skipped: ${reason})`}`,
  (_, given) => {
    const program = lower(planOf(given, { ...facts, mounts }), 'x86_64', {
      kind: 'foreground',
      client: false,
    });
    const folder = mkdtempSync(join(tmpdir(), 'lxplain-live-'));
    const file = join(folder, 'program');
    writeFileSync(file, generate(program, 'x86_64', []), { mode: 0o755 });
    const { status, stdout, stderr } = spawnSync(file, {
      input: '',
      encoding: 'utf8',
      timeout: HANGS_MS,
    });
    rmSync(folder, { recursive: true });
    expect({ status, stdout, stderr }).toEqual({
      status: 3,
      stdout: '0\r\nlxplain-live\r\n',
      stderr: '',
    });
    for (const left of [
      '/run/lxplain/lxplain-live',
      '/sys/fs/cgroup/memory/lxplain-lxplain-live',
      '/sys/fs/cgroup/devices/lxplain-lxplain-live',
    ]) {
      expect(existsSync(left)).toBe(false);
    }
  },
);

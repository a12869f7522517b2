import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

// What a config asks for that confines its container, and domain XML cannot say, is told by every command, and never
// passes --strict.

const lxplain = join(import.meta.dirname, '../../bin/lxplain');
const facts = join(import.meta.dirname, '../../golden/facts/hybrid.json');

/** A line of each kind of loss. */
const losses: readonly (readonly [kind: string, line: string])[] = [
  ['options of /proc', 'lxc.mount.entry = proc proc proc nodev,noexec,nosuid,hidepid=2 0 0'],
  ['options of a mount', 'lxc.mount.entry = /srv/data srv none bind,ro,nosuid,nodev,noexec 0 0'],
  ['a generated profile', 'lxc.apparmor.profile = generated'],
  ['a filter of system calls that is nowhere', 'lxc.seccomp.profile = common.seccomp'],
  ['core scheduling', 'lxc.sched.core = 1'],
  ['a device that libvirt allows', 'lxc.cgroup.devices.deny = c 10:229 rwm'],
  ['options of the root', 'lxc.rootfs.options = nosuid,nodev'],
];

const commands: readonly (readonly string[])[] = [
  ['domxml-from-native', 'lxc-tools', 'FILE'],
  ['domxml-from-native', 'lxc-tools', '--full', 'FILE'],
  ['domxml-from-native', 'lxc-tools', '--libvirt-quirks', 'FILE'],
  ['check', 'FILE', '--facts', facts],
  ['plan', 'FILE', '--facts', facts],
  ['compile', 'FILE', '--facts', facts, '-o', 'OUT'],
  // What fails before anything starts shows that it was told: the root is not there.
  ['create', 'FILE'],
];

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lxplain-lost-'));
  mkdirSync(join(folder, 'empty'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function run(command: readonly string[], line: string, ...more: readonly string[]) {
  const file = join(folder, 'config');
  const out = join(folder, 'out');
  rmSync(out, { force: true });
  writeFileSync(
    file,
    `lxc.uts.name = lxplain-lost\nlxc.rootfs.path = ${command.includes('--facts') ? '/opt/vm-1-root' : join(folder, 'empty')}\nlxc.net.0.type = empty\nlxc.cgroup.memory.limit_in_bytes = 64M\n${line}\n`,
  );
  const words = command.map((word) => (word === 'FILE' ? file : word === 'OUT' ? out : word));
  const { status, stdout, stderr } = spawnSync(lxplain, [...words, ...more], { encoding: 'utf8' });
  return { status, stdout, stderr, made: existsSync(out) };
}

describe.each(losses)('%s', (_, line) => {
  test.each(commands.map((command) => [command.slice(0, 3).join(' '), command] as const))(
    '%s tells it',
    (_name, command) => {
      const key = line.slice(0, line.indexOf(' '));
      const { stderr } = run(command, line);
      const told = stderr.split('\n').filter((each) => each.includes(key));
      expect(told.join('\n'), stderr).toMatch(/lost \(security\)/);
      const strict = run(command, line, '--strict');
      expect(strict.status, strict.stderr).toBe(1);
      expect(strict.made).toBe(false);
      if (command[0] === 'plan') expect(strict.stdout).toBe('');
    },
  );
});

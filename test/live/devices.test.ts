import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  compileTo,
  domainXml,
  ID,
  idmap,
  makeRoot,
  mounted,
  noContainer,
  run,
  skipped,
} from './domains.ts';

// Devices of the host that a container is given, as it sees them.

const hasLoop = spawnSync('losetup', ['--version']).status === 0;
const reason = noContainer ?? (hasLoop ? undefined : 'needs losetup');
const name = 'lxplain-devices';
let folder: string;
let loop: string;

beforeAll(() => {
  if (reason !== undefined) return;
  folder = mkdtempSync(join(tmpdir(), 'lxplain-devices-'));
  makeRoot(join(folder, 'root'), ['sh', 'ls', 'cat', 'dd', 'stat', 'head', 'true']);
  writeFileSync(join(folder, 'image'), 'what is on the disk\n'.padEnd(1 << 16, '.'));
  const found = execFileSync('losetup', ['--find', '--show', join(folder, 'image')]);
  loop = found.toString().trim();
});
afterAll(() => {
  if (reason !== undefined) return;
  execFileSync('losetup', ['--detach', loop]);
  rmSync(folder, { recursive: true });
});

const disk = (source: string, target: string, more = '') =>
  `<disk type='block'><source dev='${source}'/><target dev='${target}'/>${more}</disk>`;
const misc = (source: string) =>
  `<hostdev mode='capabilities' type='misc'><source><char>${source}</char></source></hostdev>`;
const storage = (source: string) =>
  `<hostdev mode='capabilities' type='storage'><source><block>${source}</block></source></hostdev>`;

async function compiled(devices: string, script: string, more = ''): Promise<string> {
  const program = join(folder, 'program');
  const all = `${mounted(join(folder, 'root'), '/')}${devices}`;
  await compileTo(
    program,
    domainXml(name, { init: ['/bin/sh', '-c', script], devices: all, more }),
  );
  return program;
}

/** What the container says, line by line. */
const said = (program: string): readonly string[] => run(program).stdout.trimEnd().split('\n');

describe.skipIf(reason !== undefined)(`devices${skipped(reason)}`, () => {
  test.each([
    ['without an id map', '', 0],
    ['with one', idmap, ID],
  ])('are there, work, and belong to root of the container, %s', async (_, more) => {
    const script = `stat -c '%n %a %u %F' /dev/vda ${loop} /dev/net/tun
head -c 19 /dev/vda; echo; head -c 19 ${loop}; echo
dd if=/dev/zero of=/dev/vda bs=512 seek=4 count=1 2>/dev/null && echo writes
(: < /dev/net/tun) && echo opens`;
    const devices = `${disk(loop, 'vda')}${storage(loop)}${misc('/dev/net/tun')}`;
    const lines = said(await compiled(devices, script, more));
    expect(lines).toEqual([
      '/dev/vda 700 0 block special file',
      `${loop} 700 0 block special file`,
      '/dev/net/tun 700 0 character special file',
      'what is on the disk',
      'what is on the disk',
      'writes',
      'opens',
    ]);
  });

  test('a disk that is read-only cannot be written, and what was not given cannot be opened', async () => {
    const script = `head -c 19 /dev/vdb; echo
(: > /dev/vdb) 2>/dev/null && echo writes || echo 'reads only'
stat /dev/net/tun >/dev/null 2>&1 || echo 'no tun'`;
    const lines = said(await compiled(disk(loop, 'vdb', '<readonly/>'), script));
    expect(lines).toEqual(['what is on the disk', 'reads only', 'no tun']);
  });

  test('a number that has come to mean another device ends the start', async () => {
    const node = join(folder, 'node');
    execFileSync('mknod', [node, 'c', '1', '3']);
    const program = await compiled(misc(node), 'echo starts');
    expect(said(program)).toEqual(['starts']);
    rmSync(node);
    execFileSync('mknod', [node, 'c', '1', '5']);
    const { status, stdout, stderr } = run(program);
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toMatch(/step \d+ dev\.node .*: ENXIO\n.*another device now/s);
    rmSync(node);
    expect(run(program).stderr).toMatch(/step \d+ dev\.node .*: ENOENT/);
  });
});

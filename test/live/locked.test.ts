import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  compileTo,
  domainXml,
  ID,
  idmap,
  makeRoot,
  mounted,
  noContainer,
  privnet,
  run,
  skipped,
} from './domains.ts';

const why = skipped(noContainer);
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lxplain-locked-'));
  makeRoot(join(folder, 'root'), ['sh']);
  mkdirSync(join(folder, 'data'));
  spawnSync('chown', ['-hR', `${ID}:${ID}`, folder]);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** What root of the container can do to each mount: whether it can make it writable, and take it away. */
const script = `m=/sys/fs/cgroup/memory; busybox mount -o remount,bind,rw $m 2>/dev/null
busybox mkdir $m/x 2>/dev/null; echo group $?
echo x 2>/dev/null >/proc/sys/kernel/core_pattern; echo core_pattern $?
for p in /data /dev/pts /dev /sys; do
busybox mount -o remount,bind,rw $p 2>/dev/null && w=writable || w=kept
busybox umount $p 2>/dev/null && u=gone || u=stays; echo $p $w $u; done`;

async function outputOf(features: string): Promise<readonly string[]> {
  const program = join(folder, 'program');
  const devices =
    mounted(join(folder, 'root'), '/') + mounted(join(folder, 'data'), '/data', '<readonly/>');
  const os = "<initenv name='PATH'>/bin</initenv>";
  const init = ['/bin/sh', '-c', script];
  await compileTo(
    program,
    domainXml('lxplain-locked', { init, os, more: idmap + features, devices }),
  );
  const { stdout, stderr } = run(program);
  expect(stderr).toBe('');
  return stdout.trim().split('\n');
}

/** `docs/security.md` says which mounts are locked, and what protects the others. */
test.skipIf(why !== '')(
  `with an id map, what the supervisor has mounted stays, as it is${why}`,
  async () => {
    const [group, pattern, data, pts, dev, sys] = await outputOf('');
    expect(data).toBe('/data kept stays');
    expect(sys).toBe('/sys kept stays');
    expect([pts, dev].map((line) => line?.endsWith(' stays'))).toEqual([true, true]);
    expect([group, pattern]).toEqual(['group 1', 'core_pattern 1']);
  },
);

test.skipIf(why !== '')(
  `with a network of its own, what is not locked shows nothing that the mapped root may write${why}`,
  async () => {
    const [group, pattern, data] = await outputOf(privnet);
    expect(data).toBe('/data kept stays');
    expect([group, pattern]).toEqual(['group 1', 'core_pattern 1']);
  },
);

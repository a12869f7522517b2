import { execFileSync, spawnSync } from 'node:child_process';
import {
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { HostFacts } from '../../src/facts/facts.ts';
import {
  compileTo,
  disk,
  domainXml,
  foreground,
  ID,
  idmap,
  image,
  makeImage,
  makeRoot,
  mounted,
  noContainer,
  run,
  skipped,
} from './domains.ts';

import { withCgroups } from './hostile/containers.ts';

// File systems in files and on block devices, and mounts of which the ids are mapped.

const name = 'lxplain-images';
let folder: string;
let before: readonly string[];

/** The files that loop devices have. */
const backing = (): readonly string[] =>
  readdirSync('/sys/block').flatMap((each) => {
    const file = `/sys/block/${each}/loop/backing_file`;
    return existsSync(file) ? [`${each} ${readFileSync(file, 'utf8').trim()}`] : [];
  });

beforeAll(() => {
  if (noContainer !== undefined) return;
  folder = mkdtempSync(join(tmpdir(), 'lxplain-images-'));
  makeRoot(join(folder, 'root'), ['sh', 'ls', 'cat', 'stat', 'head', 'grep', 'touch', 'reboot']);
  mkdirSync(join(folder, 'data/below'), { recursive: true });
  writeFileSync(join(folder, 'data/file'), 'of an image\n');
  makeImage(join(folder, 'root.img'), join(folder, 'root'));
  makeImage(join(folder, 'data.img'), join(folder, 'data'));
  writeFileSync(join(folder, 'disk.img'), 'a disk'.padEnd(1 << 16, '.'));
  execFileSync('mksquashfs', [join(folder, 'data'), join(folder, 'data.squashfs'), '-quiet']);
  before = backing();
});
afterEach(() => {
  if (noContainer === undefined) expect(backing(), 'no loop device is left').toEqual(before);
});
afterAll(() => {
  if (noContainer === undefined) rmSync(folder, { recursive: true });
});

async function said(
  devices: string,
  script: string,
  more = '',
  seen = (facts: HostFacts): HostFacts => facts,
): Promise<readonly string[]> {
  const program = join(folder, 'program');
  const init = ['/bin/sh', '-c', script];
  await compileTo(program, domainXml(name, { init, devices, more }), foreground, seen);
  const { status, stdout, stderr } = run(program);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return stdout.trimEnd().split('\n');
}

const root = () => mounted(join(folder, 'root'), '/');
const inFolder = (file: string) => join(folder, file);

describe.skipIf(noContainer !== undefined)(`images${skipped(noContainer)}`, () => {
  test('an image is the root, another is mounted, a third is read-only', async () => {
    const devices =
      image(inFolder('root.img'), '/') +
      image(inFolder('data.img'), '/data') +
      image(inFolder('data.squashfs'), '/packed');
    const script = `cat /data/file /packed/file
grep -o ' / /[a-z]* r[ow],[a-z]* - [a-z0-9]* ' /proc/self/mountinfo | grep -e ext4 -e squashfs
touch /data/new && ls -1 /data /packed
touch /packed/new 2>/dev/null || echo 'read-only'
ls /dev | grep -c loop`;
    const lines = await said(devices, `${script}; true`);
    expect(lines).toEqual([
      'of an image',
      'of an image',
      ' / / rw,relatime - ext4 ',
      ' / /data rw,relatime - ext4 ',
      ' / /packed ro,relatime - squashfs ',
      '/data:',
      'below',
      'file',
      'lost+found',
      'new',
      '',
      '/packed:',
      'below',
      'file',
      'read-only',
      '0',
    ]);
  });

  test('what is in an image that is read-only stays, byte for byte', async () => {
    const file = inFolder('data.img');
    const bytes = readFileSync(file);
    const script = 'cat /data/file; touch /data/file 2>/dev/null || echo no';
    const devices = root() + image(file, '/data', '', '<readonly/>');
    expect(await said(devices, script)).toEqual(['of an image', 'no']);
    expect(readFileSync(file).equals(bytes)).toBe(true);
  });

  test.each([
    ['without an id map', '', 'v1'],
    ['with one', idmap, 'v1'],
    ['where a BPF program is the list of devices', '', 'v2'],
  ] as const)(
    'a disk is a file, and has the rights that it was given, %s',
    async (_, more, cgroups) => {
      // Another one comes first, so that the numbers are not all zero.
      const devices = `${root()}${image(inFolder('data.squashfs'), '/packed')}${disk(inFolder('disk.img'))}${disk(inFolder('data.img'), 'sdb', '<readonly/>')}`;
      const script = `head -c 6 /dev/sda; echo; echo written > /dev/sda; head -c 7 /dev/sda; echo
(: > /dev/sdb) 2>/dev/null || echo 'reads only'
stat -c '%a %u %F' /dev/sda`;
      if (more !== '') chownSync(inFolder('root'), ID, ID);
      expect(await said(devices, script, more, withCgroups(cgroups))).toEqual([
        'a disk',
        'written',
        'reads only',
        '700 0 block special file',
      ]);
      chownSync(inFolder('root'), 0, 0);
      expect(readFileSync(inFolder('disk.img'), 'latin1').slice(0, 7)).toBe('written');
      writeFileSync(inFolder('disk.img'), 'a disk'.padEnd(1 << 16, '.'));
    },
  );

  test('after a reboot inside the next life has loop devices of its own', async () => {
    const devices = root() + image(inFolder('data.img'), '/data');
    const script = 'test -e /data/life && exit 0; touch /data/life; reboot -f';
    await said(devices, script);
  });

  test('an image that no longer holds what it held is told with its line', async () => {
    const file = inFolder('changed.img');
    makeImage(file, inFolder('data'));
    const program = inFolder('program');
    const init = ['/bin/sh', '-c', 'true'];
    const devices = root() + image(file, '/data');
    await compileTo(program, domainXml(name, { init, devices }));
    writeFileSync(file, Buffer.alloc(1 << 20));
    const { status, stderr } = run(program);
    expect(status).toBe(1);
    expect(stderr).toMatch(/^domain\.xml:\d+:\d+: error: .* capture\.filesystem ext4 .*: EINVAL\n/);
    rmSync(file);
    expect(run(program).stderr).toMatch(/loop\.attach .*: ENOENT\n/);
  });

  test('a mapped mount shows files with the ids that they have on the host', async () => {
    const file = (path: string) =>
      `<filesystem type='mount' accessmode='mapped'><source dir='${inFolder('root')}'/><target dir='${path}'/></filesystem>`;
    const devices = file('/') + image(inFolder('data.img'), '/data', " accessmode='mapped'");
    const script = `stat -c '%u:%g' /bin /data/file; touch /made /data/made; stat -c %u /made
grep -c idmapped /proc/self/mountinfo; cat /proc/self/uid_map`;
    expect(await said(devices, script, idmap)).toEqual([
      '0:0',
      '0:0',
      '0',
      '2',
      expect.stringMatching(/0 +100000 +65536/),
    ]);
    expect(statSync(inFolder('root/made')).uid).toBe(0);
  });

  test('without it they belong to nobody', async () => {
    const devices = image(inFolder('data.img'), '/data');
    chownSync(inFolder('root'), ID, ID);
    const script = "stat -c '%u:%g' /data/file; touch /data/x 2>/dev/null || echo no";
    expect(await said(root() + devices, script, idmap)).toEqual(['65534:65534', 'no']);
    chownSync(inFolder('root'), 0, 0);
  });

  test('two starts at once get two devices', async () => {
    const programs = await Promise.all(
      ['a', 'b', 'c', 'd'].map(async (letter) => {
        const file = inFolder(`${letter}.img`);
        makeImage(file, inFolder('data'));
        const program = inFolder(`program-${letter}`);
        const init = ['/bin/sh', '-c', 'cat /data/file'];
        const devices = root() + image(file, '/data');
        await compileTo(program, domainXml(`${name}-${letter}`, { init, devices }));
        return program;
      }),
    );
    const all = programs.map((program) => `${program} & `).join('');
    const { stdout } = spawnSync('sh', ['-c', `${all}wait`], { encoding: 'utf8', input: '' });
    expect(stdout.replaceAll('\r', '')).toBe('of an image\n'.repeat(4));
  });
});

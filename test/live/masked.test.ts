import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { exposedPaths } from '../../src/linux/exposed-paths.ts';
import { compileTo, domainXml, makeRoot, mounted, noContainer, run, skipped } from './domains.ts';

// What of the kernel a root without an id map cannot see or change.

const there = (paths: readonly string[]) => paths.filter((path) => existsSync(path));
const files = there(exposedPaths.files);
const directories = there(exposedPaths.directories);
const settings = there(exposedPaths.settings);
/** What root of the host may write, and a container could: which processors are interrupted. */
const affinity = '/proc/irq/default_smp_affinity';
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lxplain-masked-'));
  makeRoot(join(folder, 'root'), ['sh', 'ls', 'wc', 'grep', 'umount', 'touch', 'mount']);
});
afterAll(() => rmSync(folder, { recursive: true }));

async function said(script: string, features: string): Promise<string> {
  const program = join(folder, 'program');
  const devices = mounted(join(folder, 'root'), '/');
  const init = ['/bin/sh', '-c', script];
  await compileTo(program, domainXml('lxplain-masked', { init, devices, more: features }));
  const { status, stdout, stderr } = run(program);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return stdout.trimEnd();
}

const withoutAdmin =
  "<features><capabilities policy='default'><sys_admin state='off'/></capabilities></features>";

describe.skipIf(noContainer !== undefined)(`what is hidden${skipped(noContainer)}`, () => {
  test('this kernel has something of each kind', () => {
    for (const paths of [files, directories, settings, there([affinity])])
      expect(paths.length).toBeGreaterThan(0);
  });

  test.each([
    ['by default', ''],
    ['without sys_admin', withoutAdmin],
  ])('files are empty, directories too, and settings cannot be written, %s', async (_, more) => {
    const script = `for file in ${files.join(' ')}; do wc -c <$file; done
for directory in ${directories.join(' ')}; do ls -A $directory | wc -l; done
for directory in ${settings.join(' ')}; do grep -c " $directory ro," /proc/self/mountinfo; done
(: >>${affinity}) 2>&1 | grep -c 'Read-only'; true`;
    const lines = (await said(script, more)).split('\n');
    const [empty, one] = [files.length + directories.length, settings.length];
    expect(lines).toEqual([...Array(empty).fill('0'), ...Array(one + 1).fill('1')]);
  });

  test('who has no sys_admin cannot take that away, nor mount another procfs', async () => {
    const attempts = [
      ...[...files, ...directories, ...settings].map((path) => `umount ${path}`),
      'mount -t proc proc /bin',
      'mount -o remount,rw,bind /proc/irq',
    ];
    const script = attempts.map((each) => `${each} 2>/dev/null && echo '${each}'`).join('\n');
    expect(await said(`${script}\ntrue`, withoutAdmin)).toBe('');
  });
});

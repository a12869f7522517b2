import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { convertLikeLibvirt } from '../../src/convert/libvirt-quirks.ts';
import { lxcConfig } from '../arbitraries/lxc.ts';
import { type Libvirtd, noLibvirtd, startLibvirtd } from './libvirtd.ts';

const COUNT = 500;
const skipped =
  noLibvirtd ?? (process.arch === 'x64' ? undefined : 'the answers are those of x86-64');
const UUID = '00000000-0000-0000-0000-000000000000';
const HOST = {
  uuid: UUID,
  emulator: '/usr/lib/libvirt/libvirt_lxc',
  guestArchs: ['x86_64', 'i686'],
};

/** What both print on either stream, as one text. */
const answer = (config: string): string => {
  const converted = convertLikeLibvirt(Buffer.from(config).toString('latin1'), HOST);
  return converted.kind === 'converted' ? converted.xml : `error: ${converted.message}\n`;
};

/** libvirt 9.0 dies of a network group that fails to be added where an address is given; it is not asked. */
const isFatal = (config: string): boolean =>
  /\.ipv[46]/.test(config) &&
  /route definition|Missing 'link'|cause is unknown/.test(answer(config));

let libvirtd: Libvirtd | undefined;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lxplain-configs-'));
  if (skipped === undefined) libvirtd = await startLibvirtd();
});
afterAll(async () => {
  await libvirtd?.stop();
  rmSync(folder, { recursive: true });
});

/** All files by one virsh. Between two answers it prints a mark on both streams. */
function askVirsh(files: readonly string[]): string[] {
  const commands = files.map(
    (file) => `domxml-from-native lxc-tools ${file}; echo @@; echo --err @@`,
  );
  const { stdout, stderr } = libvirtd!.run('virsh', ['-q', '-c', 'lxc:///', commands.join('; ')]);
  const out = stdout.split('@@');
  const err = stderr.split('error: @@\n');
  return files.map((_, index) => {
    const printed = out[index]?.replace(/<uuid>[^<]*</, `<uuid>${UUID}<`) ?? '';
    return printed.trim() === '' ? (err[index] ?? '') : printed;
  });
}

test.skipIf(skipped !== undefined)(
  `${COUNT} random configs: the answer is that of virsh${skipped === undefined ? '' : ` (skipped: ${skipped})`}`,
  () => {
    const configs = fc
      .sample(lxcConfig, { numRuns: COUNT * 2, seed: 3 })
      .filter((config) => !isFatal(config))
      .slice(0, COUNT);
    expect(configs).toHaveLength(COUNT);
    const files = configs.map((config, index) => {
      const file = join(folder, `${index}.conf`);
      writeFileSync(file, config);
      return file;
    });
    const answers: string[] = [];
    for (let at = 0; at < COUNT; at += 100) answers.push(...askVirsh(files.slice(at, at + 100)));
    const different = configs.filter((config, index) => answer(config) !== answers[index]);
    const converted = answers.filter((text) => text.startsWith('<domain')).length;
    console.log(
      `virsh: ${COUNT - different.length} of ${COUNT} equal, ${converted} of them converted`,
    );
    for (const config of different.slice(0, 3)) {
      expect(answer(config), config).toBe(answers[configs.indexOf(config)]);
    }
    expect(different).toEqual([]);
    expect(converted).toBeGreaterThan(COUNT / 10);
  },
);

import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, describe, expect, test } from 'vitest';
import { convertLikeLibvirt } from '../../src/convert/libvirt-quirks.ts';

const CORPUS = 'golden/recorded/conversion';
const HOST = {
  uuid: '00000000-0000-0000-0000-000000000000',
  emulator: '/usr/lib/libvirt/libvirt_lxc',
  guestArchs: ['x86_64', 'i686'],
};
const bytes = (path: string): string => readFileSync(path, 'latin1');
const configs = (folder: string): string[] =>
  readdirSync(folder)
    .filter((file) => file.endsWith('.config'))
    .map((file) => `${folder}/${file.slice(0, -'.config'.length)}`);

/** The recorded answer in the form of the converter's. */
function recorded(name: string): string {
  for (const kind of ['xml', 'err', 'expect']) {
    try {
      return bytes(`${name}.${kind}`);
    } catch {}
  }
  throw new Error(`no recorded answer for ${name}`);
}

function answer(name: string): string {
  const converted = convertLikeLibvirt(bytes(`${name}.config`), HOST);
  return converted.kind === 'converted' ? converted.xml : `error: ${converted.message}\n`;
}

describe('the recorded answers of virsh 9.0', () => {
  const names = [...configs(CORPUS), ...configs(`${CORPUS}/daemon-aborts`)];
  let equal = 0;
  test('the corpus is complete', () => expect(names).toHaveLength(184));
  test.for(names)('%s', (name) => {
    const expected = recorded(name);
    // An empty record: the daemon died before it raised anything, so any refusal is right.
    if (expected === '') expect(answer(name)).toMatch(/^error: .+\n$/);
    else expect(answer(name)).toBe(expected);
    equal++;
  });
  afterAll(() => console.log(`conversion corpus: ${equal} of ${names.length}`));
});

/** Bytes have 64 bits, operations 32. @see libvirt 9.0, src/lxc/lxc_native.c, lxcBlkioDeviceWalkCallback */
test.each([
  ['read_bps', '5368709120', '<read_bytes_sec>5368709120</read_bytes_sec>'],
  ['write_iops', '4294967295', '<write_iops_sec>4294967295</write_iops_sec>'],
  ['write_iops', '4294967296', "failed to parse write_iops_device: '4294967296'"],
])('a limit of %s may be %s: %s', (key, value, expected) => {
  const config = `lxc.rootfs = /r\nlxc.utsname = vm\nlxc.cgroup.blkio.throttle.${key}_device = /dev/sda ${value}\n`;
  const converted = convertLikeLibvirt(config, HOST);
  expect(converted.kind === 'converted' ? converted.xml : converted.message).toContain(expected);
});

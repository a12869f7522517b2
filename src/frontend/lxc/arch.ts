import { archUnknown } from '../../diagnostics/catalog/ledger.ts';
import { lxcBadValue } from '../../diagnostics/catalog/lxc.ts';
import type { Located } from '../../diagnostics/origin.ts';
import { type Conversion, locatedAt, settingOf } from './conversion.ts';

/**
 * lxc's names, and libvirt's for the same; the empty one is the host's own.
 * @see lxc 5.0, src/lxc/confile.c, lxc_config_parse_arch
 */
const ARCHS: ReadonlyMap<string, string> = new Map([
  ...['athlon', 'i386', 'i486', 'i586', 'i686', 'linux32', 'x86'].map(
    (name) => [name, 'i686'] as const,
  ),
  ...['amd64', 'x86_64'].map((name) => [name, 'x86_64'] as const),
  ...['arm', 'armel', 'armhf', 'armv7l'].map((name) => [name, 'armv7l'] as const),
  ...['aarch64', 'arm64'].map((name) => [name, 'aarch64'] as const),
  ['linux64', ''],
  ['mips', 'mips'],
  ['mipsel', 'mipsel'],
  ['mips64', 'mips64'],
  ['mips64el', 'mips64el'],
  ['ppc', 'ppc'],
  ['powerpc', 'ppc'],
  ['ppc64', 'ppc64'],
  ['powerpc64', 'ppc64'],
  ['ppc64el', 'ppc64le'],
  ['ppc64le', 'ppc64le'],
  ['riscv64', 'riscv64'],
  ['s390x', 's390x'],
]);

/** Of lxc 6 alone; libvirt 9.0 has a name for none of them. */
const ARCHS_OF_SIX: ReadonlySet<string> = new Set(['x32', 'loong64', 'loongarch64']);

export function readArch(conversion: Conversion): Located<string> | undefined {
  const setting = settingOf(conversion, 'lxc.arch');
  if (setting === undefined) return undefined;
  const { written, value, valueSpan } = setting;
  if (conversion.version === '6' && ARCHS_OF_SIX.has(value)) {
    conversion.ledger.lost(setting, archUnknown(value));
    return undefined;
  }
  const arch = ARCHS.get(value);
  if (arch === undefined) {
    const expected = 'an architecture of lxc, such as amd64, i686 or arm64';
    conversion.diagnostics.push(lxcBadValue(written, value, expected, valueSpan));
  }
  return arch === undefined || arch === '' ? undefined : locatedAt(arch, setting);
}

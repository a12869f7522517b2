import { isUtf8 } from 'node:buffer';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { convertLikeLibvirt } from '../src/convert/libvirt-quirks.ts';
import { located } from '../src/diagnostics/origin.ts';
import { noHost } from '../src/frontend/lxc/host.ts';
import { readLxc } from '../src/frontend/lxc/read.ts';
import { printDomainXml } from '../src/print/domain-xml.ts';
import type { Libvirtd } from '../test/peers/libvirtd.ts';
import type { Contestant } from './rounds.ts';
import { now, time } from './spawn.ts';

const repository = join(import.meta.dirname, '..');
const corpus = join(repository, 'golden/recorded/conversion');
const uuid = '00000000-0000-0000-0000-000000000000';
const emulator = '/usr/lib/libvirt/libvirt_lxc';
const guestArchs = ['x86_64', 'i686'];

export const HOT = 'lxplain, in a warm process';
/** Until V8 has compiled what it will compile. */
const WARM_UP = 300;
/** Of the corpus, in one sample: a pass alone starts with the caches that a process of another contestant left. */
const PASSES = 5;

/**
 * The configs of the corpus that virsh and both modes of ours convert, as files and as names of files; the values
 * are ms a file.
 */
export function conversions(folder: string, libvirtd: Libvirtd | string): readonly Contestant[] {
  const files = readdirSync(corpus)
    .filter((file) => file.endsWith('.config') && existsSync(xmlOf(file)))
    .map((file) => join(corpus, file))
    .filter((file) => isUtf8(readFileSync(file)) && inDefaultMode(file) !== undefined);
  const [first = ''] = files;
  const lxplain = join(repository, 'bin/lxplain');
  const command = [lxplain, 'domxml-from-native', 'lxc-tools'] as const;
  const warm = (name: string, convert: (file: string) => unknown): Contestant => ({
    name,
    warmUp: WARM_UP / PASSES,
    run: () => {
      const from = now();
      for (let pass = 0; pass < PASSES; pass++) for (const file of files) convert(file);
      return (now() - from) / PASSES / files.length;
    },
  });
  return [
    warm(HOT, inDefaultMode),
    warm(`${HOT}, --libvirt-quirks`, likeVirsh),
    {
      name: 'lxplain, one command for all',
      run: () => time([...command, ...files, '-o', join(folder, 'converted')]) / files.length,
    },
    ...virsh(libvirtd, files),
    { name: 'lxplain, a command for each', run: () => time([...command, first]) },
  ];
}

const xmlOf = (file: string): string => join(corpus, file.replace(/config$/, 'xml'));

function inDefaultMode(file: string): string | undefined {
  const text = readFileSync(file, 'utf8');
  const { domain } = readLxc(file, text, { full: false, host: noHost, emulator });
  if (domain === undefined) return undefined;
  return printDomainXml({ ...domain, uuid: located(uuid, domain.origin) });
}

const likeVirsh = (file: string) =>
  convertLikeLibvirt(readFileSync(file, 'latin1'), { uuid, emulator, guestArchs });

function virsh(libvirtd: Libvirtd | string, files: readonly string[]): Contestant[] {
  const names = ['virsh, all on one connection', 'virsh, a command for each'] as const;
  if (typeof libvirtd === 'string') {
    return names.map((name) => ({
      name,
      run: () => {
        throw new Error(libvirtd);
      },
    }));
  }
  const command = ['/usr/bin/virsh', '-q', '-c', libvirtd.uri] as const;
  const all = files.map((file) => `domxml-from-native lxc-tools ${file}`).join('; ');
  const [first = ''] = files;
  return [
    { name: names[0], run: () => time([...command, all]) / files.length },
    { name: names[1], run: () => time([...command, 'domxml-from-native', 'lxc-tools', first]) },
  ];
}

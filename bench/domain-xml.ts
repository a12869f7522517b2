import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { define } from '../src/compile.ts';
import type { HostFacts } from '../src/facts/facts.ts';
import { printDomainXml } from '../src/print/domain-xml.ts';
import type { Libvirtd } from '../test/peers/libvirtd.ts';
import type { Contestant } from './rounds.ts';
import { now, time } from './spawn.ts';

const repository = join(import.meta.dirname, '..');
const corpus = join(repository, 'golden/recorded/domain-xml');

/** The domains of the corpus that virsh accepts, and that a command of virsh can name without quotes. */
const inputs = readdirSync(corpus)
  .filter((file) => file.endsWith('.out.xml'))
  .map((file) => join(corpus, file.replace('.out.xml', '.xml')))
  .flatMap((file) => {
    const name = /<name>([\w-]+)</.exec(readFileSync(file, 'utf8'))?.[1];
    return name === undefined || !existsSync(file) ? [] : [{ file, name }];
  });

export const VIRSH_WARM = 'virsh define + dumpxml, one connection';

/** A domain read, completed and printed again: ms per domain of the corpus. */
export function formats(libvirtd: Libvirtd | string): readonly Contestant[] {
  const facts: HostFacts = JSON.parse(
    readFileSync(join(repository, 'golden/facts/hybrid.json'), 'utf8'),
  );
  const texts = inputs.map(({ file }) => readFileSync(file, 'utf8'));
  const [first] = inputs;
  const each = (whole: number): number => whole / inputs.length;
  const commands = inputs
    .map(({ file, name }) => `define ${file}; dumpxml --inactive ${name}; undefine ${name}`)
    .join('; ');
  const virsh = (command: string): void => {
    if (typeof libvirtd === 'string') throw new Error(libvirtd);
    const { status, stderr } = libvirtd.virsh(command);
    if (status !== 0 || stderr !== '') throw new Error(stderr);
  };
  return [
    {
      name: 'lxplain, in one process',
      run: () => {
        const from = now();
        for (const text of texts) {
          const { domain } = define('domain.xml', text, facts, 'of-machine');
          if (domain === undefined) throw new Error('a domain of the corpus is not read');
          printDomainXml(domain);
        }
        return each(now() - from);
      },
    },
    {
      name: VIRSH_WARM,
      run: () => {
        const from = now();
        virsh(commands);
        return each(now() - from);
      },
    },
    {
      name: 'lxplain format, a process each',
      run: () => time([join(repository, 'bin/lxplain'), 'format', first?.file ?? '']),
    },
    {
      name: 'virsh define + dumpxml, a process each',
      run: () => {
        const from = now();
        virsh(`define ${first?.file}; dumpxml --inactive ${first?.name}; undefine ${first?.name}`);
        return now() - from;
      },
    },
  ];
}

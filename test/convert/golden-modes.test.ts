import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { convertLikeLibvirt } from '../../src/convert/libvirt-quirks.ts';
import { renderEntry } from '../../src/diagnostics/ledger.ts';
import { located } from '../../src/diagnostics/origin.ts';
import { render } from '../../src/diagnostics/render.ts';
import type { LxcHost } from '../../src/frontend/lxc/host.ts';
import { readLxc } from '../../src/frontend/lxc/read.ts';
import { printDomainXml } from '../../src/print/domain-xml.ts';

const folder = join(import.meta.dirname, '../../golden/conversion');
const UUID = '00000000-0000-0000-0000-000000000000';
const emulator = '/usr/lib/libvirt/libvirt_lxc';

/** A machine with 4 GiB, whose files are those below `root`. */
function hostIn(root: string): LxcHost {
  const file = (path: string) => ({
    file: path,
    text: readFileSync(join(root, path), 'utf8'),
    identity: path,
  });
  return {
    memoryKiB: 4 * 1024 * 1024,
    kind: () => undefined,
    fstab: (path) => ({ kind: 'file', text: file(path).text }),
    include: (path) => {
      if (!existsSync(join(root, path))) return { kind: 'missing' };
      if (!statSync(join(root, path)).isDirectory()) return { kind: 'files', files: [file(path)] };
      const names = readdirSync(join(root, path)).sort();
      return { kind: 'files', files: names.map((name) => file(`${path}${name}`)) };
    },
  };
}

/** Both streams of virsh and of both modes of ours. */
function answers(name: string): Record<string, string> {
  const config = readFileSync(join(folder, name, 'lxc.conf'));
  const host = hostIn(join(folder, name, 'root'));
  const guestArchs = ['x86_64', 'i686'];
  const virsh = convertLikeLibvirt(config.toString('latin1'), { uuid: UUID, emulator, guestArchs });
  const mode = (full: boolean): string => {
    const read = readLxc('lxc.conf', config.toString(), { full, host, emulator });
    const { domain, sources } = read;
    const xml =
      domain === undefined ? '' : printDomainXml({ ...domain, uuid: located(UUID, domain.origin) });
    const told = [
      ...read.ledger.map((entry) => renderEntry(entry, sources)),
      ...read.diagnostics.map((diagnostic) => render(diagnostic, sources)),
    ];
    return `${xml}---\n${told.map((line) => `${line}\n`).join('')}`;
  };
  return {
    'quirks.txt': virsh.kind === 'converted' ? virsh.xml : `---\nerror: ${virsh.message}\n`,
    'default.txt': mode(false),
    'full.txt': mode(true),
  };
}

test.for(readdirSync(folder))('%s: as virsh, and in both modes of ours', async (name) => {
  for (const [file, text] of Object.entries(answers(name))) {
    await expect(text).toMatchFileSnapshot(join(folder, name, file));
  }
});

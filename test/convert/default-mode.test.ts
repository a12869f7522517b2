import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { located } from '../../src/diagnostics/origin.ts';
import { noHost } from '../../src/frontend/lxc/host.ts';
import { readLxc } from '../../src/frontend/lxc/read.ts';
import { printDomainXml } from '../../src/print/domain-xml.ts';

const repository = join(import.meta.dirname, '../..');
const corpus = join(repository, 'golden/recorded/conversion');
const UUID = '00000000-0000-0000-0000-000000000000';

/** The cases of the table, by the row that lists them. */
const listed = (() => {
  const document = readFileSync(join(repository, 'docs/differences.md'), 'utf8');
  const section = document.split('\n## ').find((part) => part.startsWith('Conversion of lxc'));
  const rows = section?.split('\n').filter((line) => line.startsWith('| ')) ?? [];
  return new Set(
    rows.flatMap((row) =>
      [...(row.split(' | ').at(-1) ?? '').matchAll(/`([^`]+)`/g)].map(([, name]) => name),
    ),
  );
})();

const cases = ['', 'daemon-aborts/'].flatMap((folder) =>
  readdirSync(join(corpus, folder))
    .filter((file) => file.endsWith('.config'))
    .map((file) => `${folder}${file.slice(0, -'.config'.length)}`),
);

/** Undefined if virsh refuses the config. */
function recorded(name: string): string | undefined {
  try {
    return readFileSync(join(corpus, `${name}.xml`), 'latin1');
  } catch {
    return undefined;
  }
}

/** Undefined if it is refused here. */
function converted(name: string): string | undefined {
  const bytes = readFileSync(join(corpus, `${name}.config`));
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
  const { domain } = readLxc(name, text, {
    full: false,
    host: noHost,
    emulator: '/usr/lib/libvirt/libvirt_lxc',
  });
  if (domain === undefined) return undefined;
  const xml = printDomainXml({ ...domain, uuid: located(UUID, domain.origin) });
  return Buffer.from(xml).toString('latin1');
}

describe('without --libvirt-quirks the answers are those of virsh, but for the rows of docs/differences.md', () => {
  let equal = 0;
  let inRows = 0;
  test.for(cases)('%s', (name) => {
    const isListed = listed.has(name.replace('daemon-aborts/', ''));
    if (isListed) {
      expect(converted(name)).not.toBe(recorded(name));
      inRows++;
    } else {
      expect(converted(name)).toBe(recorded(name));
      equal++;
    }
  });
  test('every case of the rows exists', () => {
    const names = new Set(cases.map((name) => name.replace('daemon-aborts/', '')));
    expect([...listed].filter((name) => name === undefined || !names.has(name))).toEqual([]);
  });
  afterAll(() => {
    console.log(`default mode: ${equal} of ${cases.length} as virsh, ${inRows} in listed rows`);
  });
});

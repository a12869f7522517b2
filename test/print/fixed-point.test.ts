import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readDomainJson } from '../../src/frontend/json/read.ts';
import { readXml } from '../../src/frontend/xml/read.ts';
import { printDomainJson } from '../../src/print/domain-json.ts';
import { printDomainXml } from '../../src/print/domain-xml.ts';
import { domains } from '../arbitraries/domain.ts';
import { long } from '../long.ts';

/** What the reader makes of a text that it has to accept. */
function reread(text: string) {
  const { domain, diagnostics } = readXml('domain.xml', text);
  expect(diagnostics).toEqual([]);
  if (domain === undefined) throw new Error('no domain');
  return domain;
}

const again = (text: string): string => printDomainXml(reread(text));

const recorded = join(import.meta.dirname, '../../golden/recorded/domain-xml');

test.each(readdirSync(recorded).filter((file) => file.endsWith('.out.xml')))('%s', (file) => {
  const text = readFileSync(join(recorded, file), 'utf8').replace(/\n\n$/, '\n');
  // libvirt warns of nothing, we do: of what it reads and drops.
  const { domain } = readXml(file, text);
  expect(domain && printDomainXml(domain)).toBe(text);
});

test('a path with a tab and a line break is read again as it was', () => {
  const devices = `<filesystem type='mount'><source dir='/a&#9;b&#10;&#13;c'/><target dir='/'/></filesystem>`;
  const text = `<domain type='lxc'><name>a</name><memory>1</memory><os><type>exe</type><init>/a</init></os><devices>${devices}</devices></domain>`;
  const printed = printDomainXml(reread(text));
  expect(reread(printed).filesystems[0]).toMatchObject({ source: { value: '/a\tb\n\rc' } });
  expect(printDomainXml(reread(printed))).toBe(printed);
});

/** So many are told of at the end of a long run; the sample is another one each time. */
const DOMAINS = long ? 10_000 : 1_500;

test(`${DOMAINS} domains, printed, read and printed again`, () => {
  fc.assert(
    fc.property(domains({ harmless: false }), (domain) => {
      const text = printDomainXml(domain);
      expect(again(text)).toBe(text);
    }),
    { numRuns: DOMAINS },
  );
}, 300_000);

test(`${DOMAINS / 5} domains through XML and through JSON are the same`, () => {
  fc.assert(
    fc.property(domains({ harmless: false }), (domain) => {
      const text = printDomainXml(domain);
      const json = printDomainJson(reread(text));
      const { value, diagnostics } = readDomainJson('domain.json', json);
      expect(diagnostics).toEqual([]);
      if (value === undefined) return;
      expect(printDomainXml(value)).toBe(text);
      expect(printDomainJson(value)).toBe(json);
    }),
    { numRuns: DOMAINS / 5 },
  );
}, 120_000);

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { asVirsh } from '../../../src/cli/commands/format.ts';
import { cannotValidate, schemaFaults } from '../../../src/cli/schema.ts';
import { define, defineJson } from '../../../src/compile.ts';
import { hasErrors } from '../../../src/diagnostics/diagnostic.ts';
import type { HostFacts } from '../../../src/facts/facts.ts';
import { printDomainJson } from '../../../src/print/domain-json.ts';
import { printDomainXml } from '../../../src/print/domain-xml.ts';

const folder = join(import.meta.dirname, '../../../golden/recorded/domain-xml');
const read = (file: string): string => readFileSync(join(folder, file), 'utf8');
const exists = (file: string): boolean => existsSync(join(folder, file));

const inputs = readdirSync(folder)
  .filter((file) => file.endsWith('.xml') && !file.endsWith('.out.xml'))
  .map((file) => file.slice(0, -'.xml'.length));

/** The machine on which the answers were recorded, so far as it matters. */
const facts: HostFacts = JSON.parse(readFileSync(join(folder, '../../facts/hybrid.json'), 'utf8'));

let agreed = 0;
afterAll(() => process.stdout.write(`${agreed} of ${inputs.length} as virsh answers\n`));

const isValidated = (name: string): boolean => name.includes('-validate-');

test.each(inputs.filter((name) => cannotValidate === undefined || !isValidated(name)))(
  '%s',
  async (name) => {
    const [file, text] = [`${name}.xml`, read(`${name}.xml`)];
    const defined = define(file, text, facts, 'zero');
    const faults = isValidated(name) ? schemaFaults(file, text, defined.diagnostics) : [];
    const diagnostics = [...faults, ...defined.diagnostics];
    const { domain } = defined;
    if (domain === undefined || hasErrors(diagnostics)) {
      expect(asVirsh(file, diagnostics)).toBe(read(`${name}.err`));
    } else {
      expect(exists(`${name}.err`)).toBe(false);
      expect(`${printDomainXml(domain)}\n`).toBe(read(`${name}.out.xml`));
      const json = await defineJson(`${name}.json`, printDomainJson(domain), facts, 'zero');
      expect(json.domain && printDomainXml(json.domain)).toBe(printDomainXml(domain));
    }
    agreed++;
  },
);

if (cannotValidate !== undefined) {
  test.skip(`two cases with --validate (skipped: ${cannotValidate})`, () => undefined);
}

test('every error has a place and the words of libvirt', () => {
  for (const name of inputs.filter((each) => exists(`${each}.err`) && !isValidated(each))) {
    const { diagnostics } = define(`${name}.xml`, read(`${name}.xml`), facts, 'zero');
    for (const { severity, span, libvirt } of diagnostics) {
      if (severity !== 'error') continue;
      expect(span, name).toBeDefined();
      expect(libvirt, name).toBeDefined();
    }
  }
});

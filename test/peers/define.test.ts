import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { define } from '../../src/compile.ts';
import type { HostFacts } from '../../src/facts/facts.ts';
import { parseXml } from '../../src/frontend/xml/parse.ts';
import type { XmlElement } from '../../src/frontend/xml/tree.ts';
import type { Domain } from '../../src/ir/domain.ts';
import { printDomainXml } from '../../src/print/domain-xml.ts';
import { domains } from '../arbitraries/domain.ts';
import { accepted, refused, withDevices, withElements } from './define.cases.ts';
import { type Libvirtd, noLibvirtd, startLibvirtd } from './libvirtd.ts';

const why = noLibvirtd === undefined ? '' : ` (skipped: ${noLibvirtd})`;

const facts: HostFacts = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../golden/facts/hybrid.json'), 'utf8'),
);

let libvirtd: Libvirtd;
let folder: string;

beforeAll(async () => {
  if (noLibvirtd !== undefined) return;
  folder = mkdtempSync(join(tmpdir(), 'lxplain-define-'));
  libvirtd = await startLibvirtd();
}, 60_000);

afterAll(async () => {
  if (noLibvirtd !== undefined) return;
  await libvirtd.stop();
  rmSync(folder, { recursive: true });
}, 60_000);

const uuidOf = (index: number): string =>
  `00000000-0000-4000-8000-${index.toString(16).padStart(12, '0')}`;

/** Commands that one connection runs one after the other. */
const BATCH = 25;

/** What virsh answers to the definition of each text: the domain as it prints it, or its second line of error. */
function virsh(texts: readonly string[]): readonly string[] {
  const answers: string[] = [];
  for (let from = 0; from < texts.length; from += BATCH) {
    const commands = texts.slice(from, from + BATCH).map((text, i) => {
      const file = join(folder, `${from + i}.xml`);
      writeFileSync(file, text);
      const uuid = uuidOf(from + i);
      return `echo MARK; define ${file}; dumpxml --inactive ${uuid}; undefine ${uuid}`;
    });
    const { stdout, stderr } = libvirtd.virsh(commands.join('; '));
    // Errors have no place in the output, so that their files tell which they are of.
    const errors = new Map(
      [
        ...stderr.matchAll(/^error: Failed to define domain from \S*\/(\d+)\.xml\nerror: (.*)$/gm),
      ].map(([, index, message]) => [Number(index), message ?? '']),
    );
    const parts = stdout.split('MARK\n').slice(1);
    parts.forEach((part, i) => {
      const xml = /<domain[\s\S]*<\/domain>\n/.exec(part)?.[0];
      answers.push(errors.get(from + i) ?? xml ?? part);
    });
  }
  return answers;
}

function ours(text: string): string {
  const { domain, diagnostics } = define('domain.xml', text, facts, 'zero');
  const fault = diagnostics.find(({ severity }) => severity === 'error');
  if (fault !== undefined) return (fault.libvirt ?? fault.message).split('\n')[0] ?? '';
  return domain === undefined ? '' : printDomainXml(domain);
}

/** The same domain as somebody else would write it: everything in another order. */
function shuffled(text: string, random: () => number): string {
  const { root } = parseXml('domain.xml', text);
  if (root === undefined) throw new Error('not well-formed');
  return inOrder(root, text, random, [
    'domain',
    'devices',
    'os',
    'cputune',
    'memtune',
    'interface',
  ]);
}

function inOrder(
  element: XmlElement,
  text: string,
  random: () => number,
  free: readonly string[],
): string {
  const whole = text.slice(element.start, element.end);
  if (!free.includes(element.name)) return whole;
  const children = element.children.map((child) => ({
    // Elements of one kind keep their order.
    key: random() + (element.name === 'devices' ? element.children.indexOf(child) / 3 : 0),
    name: child.name,
    text: inOrder(child, text, random, free),
  }));
  const byName = new Map<string, string[]>();
  for (const { name, text: each } of children)
    byName.set(name, [...(byName.get(name) ?? []), each]);
  const sorted = children.toSorted((a, b) => a.key - b.key);
  const end = whole.slice(whole.lastIndexOf('</'));
  const start = text.slice(element.start, element.tagEnd);
  return children.length === 0
    ? whole
    : `${start}${sorted.map(({ name }) => byName.get(name)?.shift() ?? '').join('')}${end}`;
}

const withName = (domain: Domain, index: number): Domain => ({
  ...domain,
  name: { ...domain.name, value: `d${index} ${domain.name.value}` },
  uuid: { value: uuidOf(index), origin: domain.origin },
});

test.skipIf(why !== '')(
  `500 generated domains: virsh define and dumpxml print what format prints${why}`,
  () => {
    const seed = Number(process.env.LXPLAIN_SEED ?? 1);
    let state = seed;
    const random = (): number => {
      state = (state * 1103515245 + 12345) % 2 ** 31;
      return state / 2 ** 31;
    };
    const texts = fc
      .sample(domains({ harmless: true }), { numRuns: 500, seed })
      .map((domain, index) => shuffled(printDomainXml(withName(domain, index)), random));
    const answers = virsh(texts);
    expect(answers).toHaveLength(texts.length);
    const different = texts.flatMap((text, index) =>
      ours(text) === answers[index] ? [] : [{ index, text }],
    );
    const [first] = different;
    if (first !== undefined) expect(ours(first.text)).toBe(answers[first.index]);
    expect(different).toEqual([]);
  },
  170_000,
);

/** Addresses that are made up differ each time. */
const withoutMacs = (xml: string): string =>
  xml.replaceAll(/52:54:00(:[0-9a-f]{2}){3}/g, '52:54:00:00:00:00');

const named = (text: string, index: number): string => text.replace('UUID', uuidOf(index));

test.skipIf(why !== '')(
  `devices and elements of virtual machines come back as from virsh${why}`,
  () => {
    const cases = [...accepted.map(withDevices), ...withElements].map(named);
    const answers = virsh(cases);
    cases.forEach((text, index) => {
      expect(withoutMacs(ours(text)), text).toBe(withoutMacs(answers[index] ?? ''));
      expect(answers[index], text).toContain('</domain>');
    });
  },
  120_000,
);

test.skipIf(why !== '')(
  `what virsh refuses is refused in its words${why}`,
  () => {
    const cases = refused.map(named);
    const answers = virsh(cases);
    cases.forEach((text, index) => {
      expect(ours(text), text).toBe(answers[index]);
      expect(answers[index], text).not.toContain('</domain>');
    });
  },
  120_000,
);

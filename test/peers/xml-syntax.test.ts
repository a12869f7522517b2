import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseXml } from '../../src/frontend/xml/parse.ts';
import { cases } from '../frontend/well-formed.cases.ts';

const tool = 'virsh';
const missing = spawnSync(tool, ['--version']).status === 0 ? undefined : 'needs virsh';

/** Accepted by libxml2 2.9 and by none since: docs/differences.md. */
const laxer: readonly string[] = [
  'no blank before standalone',
  'DOCTYPE without a blank',
  'depth 257',
];

/** Faults of rare kinds: their line and their place are virsh's, their words are not. */
const otherWords =
  /depth|control character|vertical tab|U\+FFF|DOCTYPE|entit|byte order mark|CDATA section that does|]]] and/;

/**
 * What virsh prints of each document, without a daemon: its test driver reads XML as every driver does.
 * `undefined` if it finds no fault in it as XML.
 */
function virsh(documents: readonly string[]): readonly (string | undefined)[] {
  const folder = mkdtempSync(join(tmpdir(), 'lxplain-xml-'));
  try {
    return documents.map((document) => {
      const file = join(folder, 'a.xml');
      writeFileSync(file, document);
      const { stderr } = spawnSync(tool, ['-c', 'test:///default', 'define', file], {
        encoding: 'utf8',
      });
      const text = stderr.slice(stderr.indexOf('\n') + 1).replace(/^error: /, '');
      return /^(\(domain_definition\)|at line)/.test(text) ? text.trimEnd() : undefined;
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test.skipIf(missing !== undefined)(
  `virsh rejects the same documents in the same words${missing === undefined ? '' : ` (skipped: ${missing})`}`,
  () => {
    const given = cases.filter(
      ([name, , verdict]) => verdict !== 'refused' && !laxer.includes(name),
    );
    const theirs = virsh(given.map(([, document]) => document));
    const differing: unknown[] = [];
    for (const [index, [name, document]] of given.entries()) {
      const { root, diagnostics } = parseXml('a.xml', document);
      const ours = root === undefined ? diagnostics[0]?.libvirt : undefined;
      const text = theirs[index];
      const isRejected = root === undefined;
      if (isRejected !== (text !== undefined)) differing.push([name, ours, text]);
      else if (ours !== text && !otherWords.test(name)) differing.push([name, ours, text]);
    }
    expect(differing).toEqual([]);
  },
);

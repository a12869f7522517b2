import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readDomain } from '../../src/compile.ts';
import type { HostFacts } from '../../src/facts/facts.ts';
import { wantedFacts } from '../../src/passes/wanted.ts';
import { warnSecuretty } from '../../src/passes/warn-securetty.ts';

const hybrid = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../golden/facts/hybrid.json'), 'utf8'),
) as HostFacts;

async function said(root: string, lines: readonly string[] | undefined): Promise<string[]> {
  const { domain } = await readDomain(
    'domain.xml',
    `<domain type='lxc'><name>a</name><memory>65536</memory><os><type>exe</type><init>/sbin/init</init></os><devices>
<filesystem type='mount'><source dir='${root}'/><target dir='/'/></filesystem>
<console type='pty'/><console type='pty'/></devices></domain>`,
  );
  expect(wantedFacts(domain!, hybrid).inside?.lists).toEqual(['/etc/securetty']);
  const list = { kind: 'file', ...(lines === undefined ? {} : { lines }) } as const;
  const facts = { ...hybrid, rootPaths: { [root]: { '/etc/securetty': list } } };
  return warnSecuretty(domain!, facts, new Set()).map(({ message }) => message);
}

test.each([
  [
    '/srv/a',
    ['console'],
    ["/etc/securetty of this root has no 'pts/0', 'pts/1': root may not log in there"],
  ],
  ['/srv/a', ['pts/0'], ["/etc/securetty of this root has no 'pts/1': root may not log in there"]],
  ['/srv/a', ['pts/0', 'pts/1'], []],
  ['/srv/a', undefined, []],
  ['/', [], []],
])('%s with %j', async (root, lines, messages) => {
  expect(await said(root, lines)).toEqual(messages);
});

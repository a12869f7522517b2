import { join } from 'node:path';
import { expect, test } from 'vitest';
import { findKey, type KeySpec, keys, networkKeys } from '../../../src/frontend/lxc/keys.ts';
import { expectedOf } from '../../../src/frontend/lxc/values.ts';
import { sinceLxc3, versionDifferences } from '../../../src/frontend/lxc/versions.ts';

const header = `# Keys of lxc configs

Written by \`npm run golden\` from \`src/frontend/lxc/keys.ts\` and \`versions.ts\`: do not edit it by hand. These are all the keys that lxc 5, 6 and 7 read, with
their names in lxc 1 and 2, if they had another one or none. \`*\` stands for the rest of a key, N for a number. Of a list each line adds to it, of the others the last one
counts; an empty value clears either. What is *lost* or *changed* is told on standard error, line by line.

`;

const becomes = ({ becomes: to }: KeySpec): string => {
  switch (to.kind) {
    case 'element':
      return code(to.element);
    case 'full':
      return `with \`--full\`: ${code(to.element)}`;
    case 'unneeded':
      return `not needed: ${to.reason}`;
    case 'lost':
      return `lost${to.concern === 'security' ? ' (security)' : ''}: ${to.reason}`;
  }
};

const code = (text: string): string => text.replace(/<[^>]*>/g, (element) => `\`${element}\``);

const table = (title: string, specs: readonly KeySpec[]): string => {
  const rows = specs.map((spec) => {
    const { key, legacy, value, list } = spec;
    const renamed = legacy === undefined || legacy === key ? '' : `\`${legacy}\``;
    const old = sinceLxc3.has(key) ? 'none' : renamed;
    const kind = `${list ? 'list of ' : ''}${expectedOf(value)}`;
    return `| \`${key}\` | ${old} | ${kind} | ${becomes(spec)} |\n`;
  });
  return `## ${title}\n\n| key | before lxc 3 | value | in domain XML |\n| --- | --- | --- | --- |\n${rows.join('')}`;
};

const differences = `
## Where lxc 5 and 6 differ

The reader of lxc 6.0.6 was compared with that of lxc 5.0.2 key by key: both have the same keys. What they read differently:

| what | lxc 5 | lxc 6 | here |
| --- | --- | --- | --- |
${versionDifferences.map(({ what, five, six, here }) => `| ${what} | ${five} | ${six} | ${here} |\n`).join('')}
lxc 2.1 alone reads the keys of both generations in one file (\`--lxc-version 2.1\`); it does not know the keys that are marked with *none* in the
tables. lxc 7 has given up \`lxc.cgroup.*\`, the limits of cgroup v1.
`;

test('docs/lxc-keys.md is what the table says', async () => {
  const text = `${header}${table('Keys', keys)}\n${table('Keys of a network, behind `lxc.net.N.`', networkKeys)}${differences}`;
  await expect(text).toMatchFileSnapshot(join(import.meta.dirname, '../../../docs/lxc-keys.md'));
});

test('what came with lxc 3 is in the tables', () => {
  const names = new Set([...keys, ...networkKeys].map(({ key }) => key));
  expect([...sinceLxc3].filter((key) => !names.has(key))).toEqual([]);
});

test('a key is found by both of its names, and what lxc does not know is not', () => {
  expect(findKey('lxc.utsname')).toMatchObject({ key: 'lxc.uts.name', generation: 'legacy' });
  expect(findKey('lxc.uts.name')).toMatchObject({ key: 'lxc.uts.name', generation: 'current' });
  expect(findKey('lxc.limit.nofile')?.key).toBe('lxc.prlimit.nofile');
  expect(findKey('lxc.cgroup.dir')?.spec.key).toBe('lxc.cgroup.dir');
  expect(findKey('lxc.cgroup.memory.limit_in_bytes')?.spec.key).toBe('lxc.cgroup.*');
  for (const name of ['lxc.', 'lxc.cgroup.', 'lxc.utsnames', 'lxc.UTSNAME', 'lxc.constructor']) {
    expect(findKey(name), name).toBeUndefined();
  }
});

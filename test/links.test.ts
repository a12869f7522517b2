import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');
const documents = [
  ...readdirSync(root).filter((name) => name.endsWith('.md')),
  ...['docs', 'plans', 'golden'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.md'))
      .map((name) => join(folder, name)),
  ),
];

/** `[text](path#place)`, `![text](path)`; what has a scheme is not of this tree. */
const linksOf = (document: string): string[] =>
  [...readFileSync(join(root, document), 'utf8').matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, link = '']) => link)
    .filter((link) => !/^[a-z]+:/.test(link));

/** The anchors that a Markdown document has: its headings, as GitHub writes them. */
const anchorsOf = (document: string): string[] =>
  [...readFileSync(join(root, document), 'utf8').matchAll(/^#+ (.*)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replaceAll(' ', '-'),
  );

test.each(documents)('%s: every link leads to a file and a heading', (document) => {
  for (const link of linksOf(document)) {
    const [path = '', anchor] = link.split('#');
    const target = path === '' ? document : relative(root, join(root, dirname(document), path));
    expect(existsSync(join(root, target)), `${document}: ${link}`).toBe(true);
    if (anchor !== undefined && target.endsWith('.md'))
      expect(anchorsOf(target), `${document}: ${link}`).toContain(anchor);
  }
});

test('docs/decisions/README.md lists each decision once', () => {
  const files = readdirSync(join(root, 'docs/decisions')).filter((name) => name !== 'README.md');
  expect(linksOf('docs/decisions/README.md').sort()).toEqual(files.sort());
});

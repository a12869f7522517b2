import { join } from 'node:path';
import { expect, test } from 'vitest';
import { printEbnf } from '../../grammar/ebnf.ts';
import { vocabulary } from '../../grammar/tokens.ts';

const header = `# The grammar of lxc configs

Written by \`npm run golden\` from the rules in [grammar/](../grammar): do not edit it by hand.

lxc reads a config line by line; nothing continues a line. A line ends at LF or CR. The part before the first \`=\` is the
key, the rest the value, both without the blanks around them. There are no comments behind a value, and quotes mean something to the
keys only: one pair around the whole value is dropped.

\`\`\`ebnf
`;

test('docs/lxc-grammar.md is what the parser is', async () => {
  const tokens = vocabulary.flatMap(({ name, LABEL }) =>
    LABEL === undefined ? [] : [`${name} = ? ${LABEL} ? ;\n`],
  );
  const text = `${header}${printEbnf()}\n${tokens.join('')}\`\`\`\n`;
  await expect(text).toMatchFileSnapshot(join(import.meta.dirname, '../../docs/lxc-grammar.md'));
});

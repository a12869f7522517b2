import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { lower } from '../../src/lower/lower.ts';
import type { Mode } from '../../src/lower/mode.ts';
import type { Plan } from '../../src/plan/plan.ts';
import { programText } from '../../src/program/text.ts';

const golden = join(import.meta.dirname, '../../golden');
const foreground: Mode = { kind: 'foreground', client: false };
const detached: Mode = { kind: 'detached', client: false };
const withClient: Mode = { kind: 'detached', client: true, size: { rows: 24, columns: 80 } };

/** Of each mode, and of containers with much that no trace shows: paths with numbers, loops, programs of BPF. */
test.each<[string, string, Mode]>([
  ['foreground', 'private-root', foreground],
  ['detached', 'idmap', detached],
  ['detached-client', 'private-root', withClient],
  ['restarts', 'lifecycle', detached],
  ['consoles', 'three-consoles', detached],
  ['joined', 'shared-namespaces-idmap', detached],
  ['images', 'images-v2', detached],
])('%s: the whole program', async (name, of, mode) => {
  const plan = JSON.parse(readFileSync(join(golden, 'cases', of, 'plan.json'), 'utf8')) as Plan;
  const text = programText(lower(plan, 'x86_64', mode));
  await expect(text).toMatchFileSnapshot(join(golden, 'programs', `${name}.txt`));
});

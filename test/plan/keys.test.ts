import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { keysOf } from '../../src/plan/keys.ts';
import type { Operation, Plan } from '../../src/plan/plan.ts';
import { select } from '../../src/plan/select.ts';

const cases = join(import.meta.dirname, '../../golden/cases');
const read = (name: string): Plan =>
  JSON.parse(readFileSync(join(cases, name, 'plan.json'), 'utf8')) as Plan;

const attach = (target: string): Operation => ({
  op: 'mount.attach',
  base: 'inside',
  handle: 'fs0',
  target,
});

test('two of one kind have keys of their own, whatever they are called', () => {
  expect(keysOf(['/a', '/a', '/a #2', '/a', '/b'].map(attach))).toEqual([
    'mount.attach /a',
    'mount.attach /a #2',
    'mount.attach /a #2 #2',
    'mount.attach /a #3',
    'mount.attach /b',
  ]);
});

test('a file system more moves numbers, and no key', () => {
  const keys = (name: string) => read(name).steps.map(({ key }) => key.replaceAll(name, 'NAME'));
  const more = keys('four-filesystems');
  const fewer = keys('private-root').filter((key) => !key.includes('private-root'));
  expect(fewer.filter((key) => !more.includes(key) && !key.includes('/opt/'))).toEqual([]);
});

test('a key names its step', () => {
  const plan = read('idmap');
  for (const step of plan.steps.filter(({ key, op }) => key !== op))
    expect(select(plan, step.key, 'domain.xml')).toEqual({ by: 'number', steps: [step] });
});

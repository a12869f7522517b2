import { expect, test } from 'vitest';
import { printPlan } from '../../src/plan/print.ts';

test.each(['vm1.xml', `/srv/${'long-'.repeat(40)}name.xml`])('%s: 100 columns', (file) => {
  const origin = { file, line: 1234, column: 5 };
  const text = printPlan({
    version: 1,
    name: 'vm1',
    uuid: '00000000-0000-4000-8000-000000000001',
    arch: 'x86_64',
    steps: [
      {
        id: 1,
        phase: 'exec',
        actor: 'init',
        op: 'exec',
        path: '/sbin/init',
        argv: ['/sbin/init'],
        environment: [],
        origin,
      },
    ],
  });
  const line = text.split('\n').find((each) => each.includes('exec /sbin/init'));
  expect(line).toHaveLength(100);
  expect(line).toMatch(/(vm1|name)\.xml:1234$/);
});

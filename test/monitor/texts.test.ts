import { expect, test } from 'vitest';
import { csvHead, csvRow } from '../../src/monitor/csv.ts';
import { usageBetween } from '../../src/monitor/figures.ts';
import { metricsText } from '../../src/monitor/metrics.ts';
import { processLines } from '../../src/monitor/processes.ts';
import { idle, samples } from './domains.ts';

const [, before, now] = samples;
if (now === undefined) throw new Error('no sample');

test('a row of CSV has the fields of its head, and then those of each domain', () => {
  const totals = {
    hostName: 'host, "one"',
    arch: 'x86_64',
    processors: 4,
    memoryBytes: 8 * 2 ** 30,
    shutOff: 5,
    nowMs: 0,
  };
  const row = csvRow(usageBetween(before, now).slice(0, 2), totals, 1);
  const text = row.replace(/\d\d:\d\d:\d\d/, 'HH:MM:SS');
  const [common, web, database] = [
    '"host, ""one""",HH:MM:SS,x86_64,4,7,2,0,0,0,5,0,2,5,43.8,8388608,65536,65536,1750000000',
    '300,web,500000000,12.5,62914560,1,,,5242880,1048576',
    '200,database,1250000000,31.3,3221225472,38,0,2048,,',
  ];
  expect(text).toBe(`${common},${web},${database}\n`);
  expect(csvHead.trimEnd().split(',')).toHaveLength(18 + 10);
});

test('metrics: each has its type once, and no line for what nobody counts', () => {
  const text = metricsText([idle('a"\\\nb', { cpuNs: 1.5e9 }), ...now.domains.slice(0, 1)], 3);
  const lines = text.split('\n');
  expect(lines).toContain('container_cpu_usage_seconds_total{name="a\\"\\\\\\nb"} 1.5');
  expect(lines).toContain('container_network_receive_bytes_total{name="web"} 10485760');
  expect(lines).toContain('lxplain_domains{state="shutoff"} 3');
  expect(lines.filter((line) => line.startsWith('container_network_receive'))).toHaveLength(1);
  const types = lines.filter((line) => line.startsWith('# TYPE'));
  expect(new Set(types).size).toBe(types.length);
  for (const line of lines.slice(0, -1))
    expect(line).toMatch(/^(# (HELP|TYPE) [a-z_]+ .+|[a-z_]+\{[a-z]+=".*"\} [\d.e+]+)$/);
});

test('processes stand below their parents, also those whose parents are not of the container', () => {
  const process = (pid: number, parent: number, command: string) => ({
    ...{ pid, parent, command, inside: pid - 99, memoryBytes: 2 ** 20 },
  });
  const all = [process(103, 101, 'c\u001b'), process(100, 7, 'init'), process(101, 100, 'b')];
  expect(processLines([...all, process(150, 1, 'entered')])).toEqual([
    '     PID   INSIDE    MEM  COMMAND',
    '     100        1   1.0M  init',
    '     101        2   1.0M    b',
    '     103        4   1.0M      c\\x1b',
    '     150       51   1.0M  entered',
  ]);
});

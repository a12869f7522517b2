import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Arch } from '../../src/facts/facts.ts';
import {
  type ArgumentTest,
  type CallRule,
  type SystemCallFilter,
  word,
} from '../../src/linux/system-call-filter.ts';
import { type Abi, systemCallNumber, systemCalls, X32_BIT } from '../../src/linux/system-calls.ts';
import { builtin } from '../../src/seccomp/builtin.ts';
import { filterOf, type Subject } from '../../src/seccomp/profile.ts';
import { filterProgram } from '../../src/seccomp/program.ts';
import { readProfile } from '../../src/seccomp/read.ts';
import { decode, run } from '../seccomp/interpreter.ts';
import { hasGcc } from '../tools.ts';

const hasLibrary = spawnSync('gcc', ['-E', '-'], { input: '#include <seccomp.h>\n' }).status === 0;
const reason = !hasGcc ? 'needs gcc' : hasLibrary ? undefined : 'needs libseccomp-dev';

const machineOf: Readonly<Record<Abi, number>> = {
  x86_64: 0xc000003e,
  x32: 0xc000003e,
  x86: 0x40000003,
  aarch64: 0xc00000b7,
};

let folder = '';
beforeAll(() => {
  if (reason !== undefined) return;
  folder = mkdtempSync(join(tmpdir(), 'lxplain-libseccomp-'));
  const source = join(import.meta.dirname, 'libseccomp.c');
  execFileSync('gcc', ['-O1', '-o', join(folder, 'filter'), source, '-lseccomp']);
});
afterAll(() => {
  if (folder !== '') rmSync(folder, { recursive: true });
});

/** The filter as libseccomp makes it, the calls that it does not know, and the rules that it does not take. */
function byLibrary({ abis, otherwise, rules }: SystemCallFilter) {
  const [action, data = '0'] = otherwise.split(' ');
  const lines = [
    `otherwise ${action} ${data}`,
    ...abis.map((abi) => `abi ${abi}`),
    ...(abis.includes('aarch64') && process.arch === 'x64' ? ['without x86_64'] : []),
    ...rules.flatMap(({ verdict, calls, when = [] }) => {
      // It has no rules that say what would be anyway.
      if (verdict === otherwise) return [];
      const [word, number = '0'] = verdict.split(' ');
      const tests = when.map(
        ({ argument, is, value, mask }) =>
          `${argument} ${mask === undefined ? is : '&='} ${value} ${mask ?? '0x0'}`,
      );
      return calls.map((call) => ['rule', word, number, call, ...tests].join(' '));
    }),
  ];
  const { stdout, stderr, status } = spawnSync(join(folder, 'filter'), {
    input: `${lines.join('\n')}\n`,
    maxBuffer: 1 << 24,
  });
  expect(status, String(stderr)).toBe(0);
  const said = String(stderr).split('\n');
  const after = (first: string) =>
    said.filter((line) => line.startsWith(first)).map((line) => line.slice(first.length));
  return { program: decode(stdout), unknown: after('unknown '), refused: after('refused ') };
}

const HALF = 0xffffffffn;

/** Values at the edges of what the tests of a filter compare with. */
function edges(rules: readonly CallRule[]): readonly bigint[] {
  const compared = rules.flatMap(({ when = [] }) =>
    when.flatMap(({ value, mask = '0x0' }) => [BigInt(value), BigInt(mask)]),
  );
  const around = compared.flatMap((value) => [
    value,
    value + 1n,
    value - 1n,
    value | (1n << 32n),
    value | (1n << 63n),
    value & HALF,
    ~value,
  ]);
  return [
    ...new Set([0n, 1n, HALF, (1n << 64n) - 1n, ...around].map((v) => BigInt.asUintN(64, v))),
  ];
}

/** Each number of each kind of program, with arguments at the edges: what both say, where it is not the same. */
function differences(filter: SystemCallFilter, arch: Arch): readonly string[] {
  const { program, unknown, refused } = byLibrary(filter);
  expect(refused).toEqual([]);
  const known = filter.rules
    .map((rule) => ({ ...rule, calls: rule.calls.filter((name) => !unknown.includes(name)) }))
    .filter(({ calls }) => calls.length > 0);
  const own = filterProgram({ ...filter, rules: known }, arch);
  const found: string[] = [];
  const abis: readonly Abi[] = arch === 'x86_64' ? ['x86_64', 'x86', 'x32'] : ['aarch64'];
  const compare = (abi: Abi, number: number, values: readonly bigint[]) => {
    const call = { number, machine: machineOf[abi], arguments: values };
    const [ours, theirs] = [run(own, call), run(program, call)];
    if (ours !== theirs)
      found.push(`${abi} ${number} (${values}): ${ours.toString(16)}, not ${theirs.toString(16)}`);
  };
  for (const abi of abis) {
    const base = abi === 'x32' ? X32_BIT : 0;
    for (let number = 0; number <= 600; number++) {
      const its = filter.rules.filter(({ calls }) =>
        calls.some((name) => systemCallNumber(name, abi) === base + number),
      );
      compare(abi, base + number, [0n, 0n, 0n, 0n, 0n, 0n]);
      const used = [
        ...new Set(its.flatMap(({ when = [] }) => when.map(({ argument }) => argument))),
      ];
      const values = edges(its);
      const [first = 0, second = first] = used;
      for (const one of used.length === 0 ? [] : values)
        for (const other of used.length > 1 ? values : [0n]) {
          const given = [0n, 0n, 0n, 0n, 0n, 0n];
          given[second] = other;
          given[first] = one;
          compare(abi, base + number, given);
        }
    }
    for (const number of [0x3fffffff, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff])
      compare(abi, number, [0n, 0n, 0n, 0n, 0n, 0n]);
  }
  compare('x86', 1, []);
  return found;
}

const ruleOf = (
  { verdict, when }: { verdict: string; when: readonly ArgumentTest[] | undefined },
  call: string,
): CallRule => ({ verdict, calls: [call], ...(when === undefined ? {} : { when }) });

const subject = (arch: Arch, capabilities: readonly string[]): Subject => ({
  arch,
  capabilities,
  kernel: { release: '6.18', major: 6, minor: 18 },
});

const recorded = join(import.meta.dirname, '../../golden/recorded/seccomp');

describe.skipIf(reason !== undefined)(
  `the filters of libseccomp${reason ? `: ${reason}` : ''}`,
  () => {
    test('the numbers of the calls', () => {
      // One rule for each call says by the verdict at which number it stands.
      for (const arch of ['x86_64', 'aarch64'] as const) {
        const abis: readonly Abi[] = arch === 'x86_64' ? ['x86_64', 'x86', 'x32'] : ['aarch64'];
        const rules = systemCalls().map((name, index) => ({
          verdict: `errno ${index + 1}`,
          calls: [name],
        }));
        const filter = { abis, otherwise: 'allow', rules };
        expect(differences(filter, arch).slice(0, 20)).toEqual([]);
      }
    });

    test.each(readdirSync(recorded))('%s', (file) => {
      const read = readProfile(readFileSync(join(recorded, file), 'utf8'));
      expect(read.fault).toBeUndefined();
      for (const arch of ['x86_64', 'aarch64'] as const) {
        if (read.profile === undefined) continue;
        const filter = filterOf(read.profile, subject(arch, []));
        expect(differences(filter, arch).slice(0, 20)).toEqual([]);
      }
    });

    test.each([[[]], [['sys_admin', 'audit_write']], [['sys_module', 'bpf', 'perfmon']]])(
      'builtin with %j',
      (capabilities) => {
        for (const arch of ['x86_64', 'aarch64'] as const) {
          const whole = filterOf(builtin(), subject(arch, capabilities));
          // Rules with conditions beside one without are more than it can say: test/seccomp has them.
          const rules = whole.rules.filter(({ when }) => when === undefined);
          expect(differences({ ...whole, rules }, arch).slice(0, 20)).toEqual([]);
        }
      },
    );

    test('filters that nobody wrote', () => {
      const number = fc.oneof(
        fc.constantFrom(0n, 1n, 0x7fffffffn, 0x80000000n, HALF, HALF + 1n, (1n << 64n) - 1n),
        fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }),
      );
      const plain = fc.record({
        argument: fc.nat(5),
        is: fc.constantFrom('==', '!=', '<', '<=', '>', '>=' as const),
        value: number.map(word),
      });
      const masked = fc
        .record({ argument: fc.nat(5), value: number, mask: number })
        .map(({ argument, value, mask }) => ({
          argument,
          is: '==' as const,
          value: word(value & mask),
          mask: word(mask),
        }));
      const when: fc.Arbitrary<readonly ArgumentTest[]> = fc.uniqueArray(fc.oneof(plain, masked), {
        selector: ({ argument }) => argument,
        minLength: 1,
        maxLength: 2,
      });
      const call = fc.constantFrom(
        ...systemCalls().filter((name) => systemCallNumber(name, 'x86_64')),
      );
      const verdict = fc.constantFrom('errno 1', 'errno 38', 'trap', 'kill_process', 'log');
      const rule = fc.record({ verdict, call, when: fc.option(when, { nil: undefined }) });
      const rules = fc
        .uniqueArray(rule, { selector: ({ call: name }) => name, maxLength: 30 })
        .map((all) => all.map(({ call: name, ...each }): CallRule => ruleOf(each, name)));
      fc.assert(
        fc.property(rules, fc.constantFrom('allow', 'errno 2'), (all, otherwise) => {
          const filter = { abis: ['x86_64', 'x86', 'x32'] as const, otherwise, rules: all };
          expect(differences(filter, 'x86_64').slice(0, 5)).toEqual([]);
        }),
        { numRuns: 40 },
      );
    });
  },
);

import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type ArgumentTest,
  type CallRule,
  returned,
  type SystemCallFilter,
  word,
} from '../../src/linux/system-call-filter.ts';
import { type Abi, systemCallNumber, systemCalls } from '../../src/linux/system-calls.ts';
import { programBytes } from '../../src/seccomp/bpf.ts';
import { builtin } from '../../src/seccomp/builtin.ts';
import { filterOf } from '../../src/seccomp/profile.ts';
import { filterProgram, MOST_INSTRUCTIONS } from '../../src/seccomp/program.ts';
import { decode, run } from './interpreter.ts';

const X86_64 = 0xc000003e;
const X86 = 0x40000003;

/** What a filter means, said another way. */
function judge(filter: SystemCallFilter, call: string, values: readonly bigint[]): number {
  const its = filter.rules.filter(({ calls }) => calls.includes(call));
  const fitting = its.find(({ when }) => when?.every((each) => holds(each, values)));
  const plain = its.find(({ when }) => when === undefined);
  return returned((fitting ?? plain)?.verdict ?? filter.otherwise) >>> 0;
}

function holds({ argument, is, value, mask }: ArgumentTest, values: readonly bigint[]): boolean {
  const given = BigInt.asUintN(64, values[argument] ?? 0n);
  const [left, right] = [mask === undefined ? given : given & BigInt(mask), BigInt(value)];
  switch (is) {
    case '==':
      return left === right;
    case '!=':
      return left !== right;
    case '<':
      return left < right;
    case '<=':
      return left <= right;
    case '>':
      return left > right;
    case '>=':
      return left >= right;
  }
}

const number = fc.oneof(
  fc.constantFrom(0n, 1n, 2n, 0x7fffffffn, 0xffffffffn, 0x100000000n, (1n << 64n) - 1n),
  fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }),
);
const someTest: fc.Arbitrary<ArgumentTest> = fc.oneof(
  fc.record({
    argument: fc.nat(5),
    is: fc.constantFrom('==', '!=', '<', '<=', '>', '>='),
    value: number.map(word),
  }),
  fc
    .record({ argument: fc.nat(5), value: number, mask: number })
    .map(({ argument, value, mask }) => ({
      argument,
      is: '==' as const,
      value: word(value & mask),
      mask: word(mask),
    })),
);
const native = systemCalls().filter((name) => systemCallNumber(name, 'x86_64') !== undefined);
const someRule: fc.Arbitrary<CallRule> = fc
  .record({
    verdict: fc.constantFrom('allow', 'errno 1', 'errno 4095', 'log', 'kill', 'trace 65535'),
    calls: fc.uniqueArray(fc.constantFrom(...native), { minLength: 1, maxLength: 6 }),
    when: fc.option(fc.array(someTest, { minLength: 1, maxLength: 6 }), { nil: undefined }),
  })
  .map(({ verdict, calls, when }) => ({ verdict, calls, ...(when === undefined ? {} : { when }) }));

test('the program says what the rules say', () => {
  fc.assert(
    fc.property(
      fc.array(someRule, { maxLength: 20 }),
      fc.constantFrom('allow', 'errno 38', 'kill_process'),
      fc.array(fc.tuple(fc.constantFrom(...native), fc.array(number, { maxLength: 6 })), {
        minLength: 30,
        maxLength: 30,
      }),
      (rules, otherwise, calls) => {
        const filter = { abis: ['x86_64'] as const, otherwise, rules };
        const program = decode(Buffer.from(programBytes(filterProgram(filter, 'x86_64'))));
        for (const [call, values] of calls) {
          const it = {
            number: systemCallNumber(call, 'x86_64') ?? -1,
            machine: X86_64,
            arguments: values,
          };
          expect(run(program, it) >>> 0).toBe(judge(filter, call, values));
        }
      },
    ),
    { numRuns: 300 },
  );
});

const subject = (capabilities: readonly string[]) => ({
  arch: 'x86_64' as const,
  kernel: { release: '6.18', major: 6, minor: 18 },
  capabilities,
});

const verdictOf = (
  capabilities: readonly string[],
  abi: Abi,
  call: string,
  values: bigint[] = [],
) => {
  const program = filterProgram(filterOf(builtin(), subject(capabilities)), 'x86_64');
  const machine = abi === 'x86' ? X86 : X86_64;
  return run(program, {
    number: systemCallNumber(call, abi) ?? -1,
    machine,
    arguments: values,
  });
};

const [ALLOW, EPERM, ENOSYS, KILL] = [0x7fff0000, 0x50001, 0x50026, 0x80000000];

test.each<[string, readonly string[], string, bigint[], number]>([
  ['a file is read', [], 'read', [], ALLOW],
  [
    'a file by its number is not opened, whatever the container has',
    ['dac_read_search', 'sys_admin'],
    'open_by_handle_at',
    [],
    EPERM,
  ],
  ['no other kernel', ['sys_boot'], 'kexec_load', [], EPERM],
  ['no keys', ['sys_admin'], 'keyctl', [], EPERM],
  ['a mount takes sys_admin', [], 'mount', [], EPERM],
  ['and has it', ['sys_admin'], 'mount', [], ALLOW],
  ['a thread is made', [], 'clone', [0x3d0f00n], ALLOW],
  ['a user namespace is not', [], 'clone', [0x10000011n], EPERM],
  ['nor by flags above 32 bits', [], 'clone', [0x1_1000_0011n], EPERM],
  ['clone3 is no call', [], 'clone3', [], ENOSYS],
  ['an unknown call is none', ['sys_admin'], 'no_such_call', [], ENOSYS],
  ['nothing is typed into a terminal', ['sys_admin'], 'ioctl', [0n, 0x5412n], EPERM],
  [
    'nor with a bit that the kernel does not see',
    ['sys_admin'],
    'ioctl',
    [0n, 0x7_0000_5412n],
    EPERM,
  ],
  ['the size of a terminal is asked', [], 'ioctl', [0n, 0x5413n], ALLOW],
  ['the personality is asked', [], 'personality', [0xffffffffn], ALLOW],
  ['no addresses that can be foreseen', [], 'personality', [0x40000n], EPERM],
  ['no virtual sockets', ['sys_admin'], 'socket', [40n, 1n, 0n], EPERM],
  ['no audit without the right', [], 'socket', [16n, 3n, 9n], 0x50061],
  ['other netlink', [], 'socket', [16n, 3n, 0n], ALLOW],
])('builtin: %s', (_, capabilities, call, values, expected) => {
  expect(verdictOf(capabilities, 'x86_64', call, values)).toBe(expected);
});

test('builtin: programs of 32 bits have the same, those of x32 end', () => {
  expect(verdictOf([], 'x86', 'mount')).toBe(EPERM);
  expect(verdictOf([], 'x86', 'read')).toBe(ALLOW);
  expect(verdictOf([], 'x32', 'read') >>> 0).toBe(KILL);
});

test('builtin refuses nothing by a name that there is not', () => {
  const names = builtin().rules.flatMap(({ calls }) => calls);
  expect(names.filter((name) => !systemCalls().includes(name))).toEqual([]);
});

test('jumps of any length', () => {
  const rules = native.map((name, index) => ({ verdict: `errno ${index + 1}`, calls: [name] }));
  const program = filterProgram({ abis: ['x86_64'], otherwise: 'allow', rules }, 'x86_64');
  expect(program.length).toBeGreaterThan(700);
  expect(program.length).toBeLessThan(MOST_INSTRUCTIONS);
  for (const [index, name] of native.entries()) {
    const call = { number: systemCallNumber(name, 'x86_64') ?? -1, machine: X86_64, arguments: [] };
    expect(run(program, call)).toBe(0x50000 + index + 1);
  }
});

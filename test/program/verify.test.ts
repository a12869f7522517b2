import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { lowerEnter } from '../../src/lower/enter.ts';
import { lower } from '../../src/lower/lower.ts';
import type { Mode } from '../../src/lower/mode.ts';
import type { Plan } from '../../src/plan/plan.ts';
import { int, slot, value } from '../../src/program/operands.ts';
import type { Instruction, Program } from '../../src/program/program.ts';
import { verifyProgram } from '../../src/program/verify.ts';

const cases = join(import.meta.dirname, '../../golden/cases');
const textOf = (name: string): string => readFileSync(join(cases, name, 'plan.json'), 'utf8');
const planOf = (name: string): Plan => JSON.parse(textOf(name)) as Plan;

const foreground: Mode = { kind: 'foreground', client: false };
const detached: Mode = { kind: 'detached', client: false };
const withClient: Mode = { kind: 'detached', client: true, size: { rows: 24, columns: 80 } };

const names = readdirSync(cases).filter((name) => existsSync(join(cases, name, 'plan.json')));

test.each(names)('%s: its programs are sound in all modes', (name) => {
  for (const mode of [foreground, detached, withClient])
    expect(verifyProgram(lower(planOf(name), 'x86_64', mode))).toEqual([]);
});

test.each(['idmap', 'images', 'v2'])('%s: on AArch64, too, and what enters it', (name) => {
  const plan = planOf(name);
  expect(verifyProgram(lower(plan, 'aarch64', foreground))).toEqual([]);
  const entry = { plan, paths: ['/bin/ls'], argv: ['ls'], environment: [], permitted: 1n };
  for (const isTerminal of [true, false])
    expect(verifyProgram(lowerEnter({ ...entry, isTerminal }, 'x86_64'))).toEqual([]);
});

test('a descriptor of the plan that has the name of one that steps have for themselves', () => {
  const plan = JSON.parse(textOf('file-on-file').replaceAll('"fs0"', '"file"')) as Plan;
  const faults = verifyProgram(lower(plan, 'x86_64', foreground));
  expect(faults).toContainEqual(
    expect.stringMatching(/^\S+: openat\(.*\) opens file, which is not of this step$/),
  );
  expect(faults).toContainEqual(expect.stringMatching(/loses file, which may be open$/));
});

type Code = readonly Instruction[];

/** The code of a sound program, changed. */
const faultsOf = (change: (code: Code) => Code, of = 'private-root'): readonly string[] => {
  const program = lower(planOf(of), 'x86_64', detached);
  return verifyProgram({ ...program, code: change(program.code) });
};

/** Puts instructions behind the first call of a name. */
const behind =
  (name: string, ...added: Code) =>
  (code: Code): Code => {
    const index = code.findIndex((each) => each.kind === 'syscall' && each.name === name);
    expect(index).toBeGreaterThan(0);
    return code.toSpliced(index + 1, 0, ...added);
  };

const without =
  (is: (each: Instruction) => boolean) =>
  (code: Code): Code =>
    code.toSpliced(code.findIndex(is), 1);

const call = (name: 'close' | 'openat', of: string): Instruction => ({
  kind: 'syscall',
  name,
  args: [value(of)],
  step: -1,
});
const writes = (of: string) => (each: Instruction) =>
  each.kind === 'syscall' && each.result?.variable === of;

const closes = (of: string) => (each: Instruction) =>
  each.kind === 'syscall' &&
  each.name === 'close' &&
  each.args[0]?.kind === 'load' &&
  each.args[0].place.variable === of;

test.each<[string, (code: Code) => Code, RegExp]>([
  [
    'a label twice',
    (code) => [...code, { kind: 'label', name: 'report' }],
    /^the label report is there twice$/,
  ],
  [
    'a label that is not there',
    behind('setsid', { kind: 'jump', to: 'nowhere' }),
    /^the label nowhere is not there$/,
  ],
  [
    'a label that nothing leads to',
    behind('exit_group', { kind: 'label', name: 'lonely' }),
    /^nothing leads to the label lonely$/,
  ],
  [
    'code that nothing leads to',
    behind('exit_group', call('close', 'signals')),
    /^nothing leads to the syscall behind /,
  ],
  [
    'data that is not there',
    behind('setsid', { kind: 'store', to: slot('no_such'), value: int(0) }),
    /^the data no_such is not there$/,
  ],
  [
    'a place behind the end',
    behind('setsid', {
      kind: 'store',
      to: { variable: 'answer', offset: 4, size: 8 },
      value: int(0),
    }),
    /^8 bytes at 4 do not lie within answer, which has 8$/,
  ],
  [
    'a constant that is written',
    behind('setsid', { kind: 'store', to: slot('blocked'), value: int(0) }),
    /^blocked is written, and is no variable$/,
  ],
  [
    'a variable that nothing has written',
    behind('setsid', { kind: 'store', to: slot('asked'), value: value('unread_length') }),
    /^step\d+\.session\.start: store reads unread_length, which may hold nothing$/,
  ],
  [
    'a variable that another step has written',
    behind('pivot_root', { kind: 'store', to: slot('asked'), value: value('exe_at') }),
    /^step\d+\.root\.pivot: store reads exe_at, which may hold nothing$/,
  ],
  [
    'a descriptor that is not opened',
    without(writes('dev')),
    /mknodat\(dev, .* uses dev, which may not be open$/,
  ],
  [
    'a descriptor that is closed before it is used',
    behind('pidfd_open', call('close', 'devpts'), call('openat', 'devpts')),
    /openat\(devpts\) uses devpts, which may be closed already$/,
  ],
  [
    'a descriptor that is closed twice',
    behind('pivot_root', call('close', 'root'), call('close', 'root')),
    /close\(root\) closes root, which may be closed already$/,
  ],
  [
    'a descriptor that leads out of the new root',
    (code) => code.toSpliced(code.findLastIndex(closes('lock')), 1),
    /pivot_root\(.*\) leaves lock open, which leads out$/,
  ],
  [
    'a descriptor that another one takes the place of',
    (code) => {
      const open = code.find(writes('root'));
      return behind('open_tree', ...(open === undefined ? [] : [open]))(code);
    },
    /loses root, which may be open$/,
  ],
])('%s is named', (_, change, fault) => {
  expect(faultsOf(change)).toContainEqual(expect.stringMatching(fault));
});

test('a failure that is found is followed to the end only where it can lead', () => {
  const program: Program = lower(planOf('lifecycle'), 'x86_64', detached);
  const looks = (each: Instruction) =>
    each.kind === 'branch' &&
    each.to === 'ended' &&
    each.left.kind === 'load' &&
    each.left.place.variable === 'failed_errno';
  // Without it the next life would begin with what a failed one has left open.
  const faults = verifyProgram({ ...program, code: without(looks)(program.code) });
  expect(faults).toContainEqual(expect.stringMatching(/loses dev, which may be open$/));
});

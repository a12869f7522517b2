import { type Analysis, follow, type Way } from './flow.ts';
import { at, sharesDescriptors, writtenBy } from './parts.ts';
import type { Instruction, Operand, Place, Program, Syscall } from './program.ts';

/** What a variable may be as a descriptor, on one of the ways to a place: a sum of these. */
const NONE = 1;
const OPEN = 2;
const CLOSED = 4;
/** Open, and somebody else has it, too: it may be left. */
const HELD = 8;

/** The name under which the states say whether a call has failed: then there is no other life, and what is open stays so. */
const FAILED = '';
type States = Map<string, number>;

/** The calls that return a new descriptor, for good or with an argument that says so. */
const opening: readonly string[] = [
  ...['openat', 'openat2', 'open_tree', 'fsopen', 'fsmount', 'socket', 'pidfd_open', 'signalfd4'],
  ...['timerfd_create', 'memfd_create', 'bpf'],
];
const opensByArgument = ({ name, args }: Syscall): boolean => {
  const second = args[1];
  const text = second?.kind === 'int' ? second.text : undefined;
  return (
    (name === 'fcntl' && text === 'F_DUPFD_CLOEXEC') || (name === 'ioctl' && text === 'TIOCGPTPEER')
  );
};
const opens = (call: Syscall): boolean => opening.includes(call.name) || opensByArgument(call);

/**
 * Where a descriptor is used before it is open or after it is closed, closed a second time, lost because another one takes its
 * variable, opened by a step that does not have it, or open in a process that changes its root though it leads out.
 */
export function descriptorFaults(program: Program): readonly string[] {
  const { code, kept } = program;
  const names = descriptors(program);
  const faults = new Set<string>();
  const start: States = new Map([[FAILED, NONE], ...names.map((name) => [name, NONE] as const)]);
  const analysis: Analysis<States> = {
    start,
    copy: (states) => new Map(states),
    meet: (into, other) => {
      let changed = false;
      for (const [name, may] of other) {
        const both = (into.get(name) ?? 0) | may;
        changed ||= both !== into.get(name);
        into.set(name, both);
      }
      return changed;
    },
    after: (states, instruction) => become(states, instruction, program),
    away: (states, instruction, way) => leave(states, instruction, way, program),
    caseOf: (states) => String(states.get(FAILED)),
    can: (states, instruction, way) => isPossible(states, instruction, way, program),
  };
  let step = -1;
  follow(program, analysis, (states, instruction, index) => {
    step = stepAt(code, index);
    const fault = (text: string) => faults.add(`${at(code, index)} ${text}`);
    const may = (name: string, state: number): boolean => ((states.get(name) ?? 0) & state) !== 0;
    if (instruction.kind === 'syscall') {
      const closed = closedBy(instruction);
      for (const arg of instruction.args) {
        const name = descriptorOf(arg);
        if (name === undefined || name === FAILED || !states.has(name)) continue;
        const verb = name === closed ? 'closes' : 'uses';
        if (may(name, CLOSED)) fault(`${verb} ${name}, which may be closed already`);
        if (may(name, NONE)) fault(`${verb} ${name}, which may not be open`);
      }
      if (instruction.name === 'pivot_root')
        for (const [name, state] of states)
          if (name !== FAILED && leadsOut(name, state, program) && !kept.acrossPivot.includes(name))
            fault(`leaves ${name} open, which leads out`);
    }
    for (const { variable } of writtenBy(instruction)) {
      if (!states.has(variable)) continue;
      if (may(variable, OPEN)) fault(`loses ${variable}, which may be open`);
      const openers = kept.handles.get(variable);
      if (openers !== undefined && instruction.kind !== 'store' && !openers.includes(step))
        fault(`opens ${variable}, which is not of this step`);
    }
  });
  return [...faults];
}

/** What a step has for itself, and has given to another variable, may be left there. */
const leadsOut = (name: string, state: number, { kept }: Program): boolean =>
  (state & OPEN) !== 0 || ((state & HELD) !== 0 && kept.handles.has(name));

/** Those of the plan, and what single steps open: each variable that gets nothing else. */
function descriptors({ code, kept }: Program): readonly string[] {
  const candidates = new Set(kept.handles.keys());
  for (const each of code)
    if (each.kind === 'syscall' && each.result !== undefined && opens(each))
      candidates.add(each.result.variable);
  for (const each of code) {
    const isOther = each.kind !== 'store' && !(each.kind === 'syscall' && opens(each));
    for (const { variable } of writtenBy(each)) if (isOther) candidates.delete(variable);
  }
  for (const name of kept.guarded) candidates.delete(name);
  return [...candidates];
}

const descriptorOf = (operand: Operand | undefined): string | undefined =>
  operand?.kind === 'load' && operand.place.offset === 0 ? operand.place.variable : undefined;

const closedBy = ({ name, args }: Syscall): string | undefined =>
  name === 'close' ? descriptorOf(args[0]) : undefined;

/** `close_range` to the end. */
const closesAll = ({ name, args }: Syscall): boolean => {
  const last = args[1];
  return name === 'close_range' && last?.kind === 'int' && last.value === 0xffffffffn;
};

/** Where the program looks whether a call has failed, the answer is known. */
function isPossible(
  states: States,
  instruction: Instruction,
  way: Way | 'on',
  { failure }: Program,
): boolean {
  if (instruction.kind !== 'branch') return true;
  const { left, condition, right } = instruction;
  const isFailure = left.kind === 'load' && isSame(left.place, failure.errno);
  const failed = states.get(FAILED);
  if (!isFailure || failed === undefined || right.kind !== 'int' || right.value !== 0n) return true;
  const holds = condition === '!=' ? failed === OPEN : failed === NONE;
  return (way === 'taken') === holds;
}

const isSame = (a: Place, b: Place): boolean => a.variable === b.variable && a.offset === b.offset;

function become(states: States, instruction: Instruction, { failure }: Program): void {
  for (const place of writtenBy(instruction))
    if (isSame(place, failure.errno) && states.has(FAILED))
      states.set(FAILED, isZero(instruction) ? NONE : OPEN);
  if (instruction.kind === 'store' && states.has(instruction.to.variable)) {
    const { value } = instruction;
    states.set(instruction.to.variable, value.kind === 'int' && value.value < 0n ? NONE : HELD);
  }
  if (instruction.kind === 'store') {
    const from = descriptorOf(instruction.value);
    const may = from === undefined ? undefined : states.get(from);
    if (from !== undefined && may !== undefined && (may & OPEN) !== 0)
      states.set(from, (may & ~OPEN) | HELD);
  }
  if (instruction.kind === 'branch') refine(states, instruction, false);
  if (instruction.kind !== 'syscall') return;
  const closed = closedBy(instruction);
  if (closed !== undefined && states.has(closed)) states.set(closed, CLOSED);
  if (closesAll(instruction))
    for (const [name, may] of states)
      if (name !== FAILED && (may & (OPEN | HELD)) !== 0) states.set(name, (may & NONE) | CLOSED);
  const { result, onError, tolerates = [] } = instruction;
  if (result === undefined || !states.has(result.variable)) return;
  states.set(result.variable, onError === undefined || tolerates.length > 0 ? OPEN | NONE : OPEN);
}

const isZero = (instruction: Instruction): boolean =>
  instruction.kind === 'store' &&
  instruction.value.kind === 'int' &&
  instruction.value.value === 0n;

/** A comparison with zero tells whether the call has given a descriptor. */
function refine(states: States, instruction: Instruction, taken: boolean): void {
  if (instruction.kind !== 'branch') return;
  const { left, condition, right } = instruction;
  const name = descriptorOf(left);
  const may = name === undefined ? undefined : states.get(name);
  if (name === undefined || may === undefined || right.kind !== 'int') return;
  if (condition === '==' && right.value < 0n && taken) states.set(name, may & NONE);
  if (right.value !== 0n) return;
  if (condition !== '<' && condition !== '>=') return;
  states.set(name, (condition === '<') === taken ? may & NONE : may & ~NONE);
}

function leave(states: States, instruction: Instruction, way: Way, program: Program): void {
  if (way === 'taken') refine(states, instruction, true);
  if (instruction.kind !== 'syscall') return;
  if (way === 'error' && states.has(FAILED)) states.set(FAILED, OPEN);
  const closed = closedBy(instruction);
  if (way === 'error' && closed !== undefined && states.has(closed)) states.set(closed, CLOSED);
  // A process that shares the descriptors goes on with what there is when it looks, whenever that is.
  if (way === 'child' && sharesDescriptors(instruction, program)) states.clear();
}

function stepAt(code: readonly Instruction[], index: number): number {
  const each = code[index];
  if (each?.kind === 'syscall') return each.step;
  for (let before = index; before >= 0; before--) {
    const other = code[before];
    if (other?.kind === 'step') return other.step;
  }
  return -1;
}

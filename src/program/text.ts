import { quote, syscallText } from './print.ts';
import type { Data, Instruction, Operand, Place, Program } from './program.ts';

/**
 * All that there is to say of a program: what strace shows of it, and the labels, the branches, what is stored, where errors and
 * children go on, and the bytes of its data. `->` is where an error goes on: a call without it goes on in any case.
 */
export function programText(program: Program): string {
  const { entry, failure, kept, data, code } = program;
  const handles = [...kept.handles].map(([name, steps]) => `${name} (${steps.join(', ')})`);
  const list = (what: string, names: readonly string[]) =>
    names.length === 0 ? [] : [`${what}: ${names.join(', ')}`];
  return `${[
    `starts at ${entry}`,
    `a failure is kept in ${place(failure.step)} and ${place(failure.errno)}`,
    ...list('zero at the start', kept.zero),
    ...list('handed on', kept.handedOn),
    ...list('descriptors of steps', handles),
    ...list('open as another variable says', kept.guarded),
    ...list('open across the pivot', kept.acrossPivot),
    '',
    ...data.flatMap(dataLines),
    '',
    ...code.map(line),
  ].join('\n')}\n`;
}

/** A place, with its size if that is not 8 bytes. */
function place({ variable, offset, size }: Place): string {
  const at = offset === 0 ? variable : `${variable}+${offset}`;
  return size === 8 ? at : `${at}.${size}`;
}

/** What an instruction takes: the name that strace shows, and what is behind it. */
function taken(operand: Operand): string {
  switch (operand.kind) {
    case 'int':
      return operand.text === undefined || operand.text === String(operand.value)
        ? String(operand.value)
        : `${operand.value} /* ${operand.text} */`;
    case 'string':
      return quote(operand.value);
    case 'address':
      return `&${operand.of}${operand.offset === 0 ? '' : `+${operand.offset}`}`;
    case 'load':
      return `${operand.signed === true ? 'signed ' : ''}${place(operand.place)}`;
  }
}

function line(instruction: Instruction): string {
  switch (instruction.kind) {
    case 'label':
      return `${instruction.name}:`;
    case 'step':
      return `\n# ${instruction.symbol}`;
    case 'syscall':
      return `  ${callText(instruction)}`;
    case 'jump':
      return `  goto ${instruction.to}`;
    case 'branch': {
      const { left, condition, right, to } = instruction;
      return `  if ${taken(left)} ${condition} ${taken(right)} goto ${to}`;
    }
    case 'store':
      return `  ${place(instruction.to)} = ${taken(instruction.value)}`;
    case 'compute': {
      const { to, left, operator, right } = instruction;
      return `  ${place(to)} = ${taken(left)} ${operator} ${taken(right)}`;
    }
    case 'stack':
      return `  ${place(instruction.to)} = the stack`;
    case 'peek':
      return `  ${place(instruction.to)} = ${instruction.size} at ${taken(instruction.at)}`;
    case 'poke':
      return `  ${instruction.size} at ${taken(instruction.at)} = ${taken(instruction.value)}`;
    case 'lookup':
      return `  ${place(instruction.to)} = ${instruction.table}[${taken(instruction.index)}]`;
    case 'decimal': {
      const { variable, offset, width, pad, value } = instruction;
      return `  ${variable}+${offset}.${width} = decimal ${taken(value)}, padded with ${quote(pad)}`;
    }
  }
}

/** As strace shows it; with the arguments of which that says less than what is passed. */
function callText(call: Extract<Instruction, { kind: 'syscall' }>): string {
  const told = call.args.flatMap((arg) => {
    if (arg.kind === 'string' || arg.text === undefined) return [];
    return arg.text === taken(arg) || arg.kind === 'int' ? [] : [taken(arg)];
  });
  const numbers = call.args.flatMap((arg) =>
    arg.kind === 'int' && arg.text !== undefined && !isPlain(arg.value, arg.text)
      ? [`0x${BigInt.asUintN(64, arg.value).toString(16)}`]
      : [],
  );
  const behind = [...numbers, ...told];
  return [
    syscallText(call),
    ...(behind.length === 0 ? [] : [`/* ${behind.join(', ')} */`]),
    ...(call.child === undefined ? [] : [`child -> ${call.child}`]),
    ...(call.onError === undefined ? [] : [`-> ${call.onError}`]),
  ].join(' ');
}

/** Whether the name says all: what everybody knows needs no number. */
const isPlain = (value: bigint, text: string): boolean =>
  text === String(value) || text === 'NULL' || text === 'AT_FDCWD';

function dataLines(item: Data): readonly string[] {
  switch (item.kind) {
    case 'constant':
      return [`constant ${item.name}[${item.bytes.length}]`, ...bytesLines(item.bytes)];
    case 'pointers':
      return [
        `pointers ${item.name}[${item.targets.length}]`,
        ...item.targets.map((target) => `  ${target === null ? 'NULL' : taken(target)}`),
      ];
    case 'variable':
      return [
        `variable ${item.name}[${item.size}]`,
        ...bytesLines(item.initial ?? new Uint8Array()),
        ...(item.pointers ?? []).map(({ offset, target }) => `  +${offset} ${taken(target)}`),
      ];
  }
}

const COLUMNS = 32;

/** Text as text, all else in hexadecimal. */
function bytesLines(bytes: Uint8Array): readonly string[] {
  const text = new TextDecoder().decode(bytes);
  if (bytes.length > 4 && /^[\n\t\x20-\x7e]+$/.test(text)) return [`  ${quote(text)}`];
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += COLUMNS)
    lines.push(`  ${Buffer.from(bytes.subarray(at, at + COLUMNS)).toString('hex')}`);
  return lines;
}

import type { Instruction, Operand, Place, Program, Syscall } from './program.ts';

/** A string as strace quotes it: C escapes, octal for what is not printable ASCII. */
export function quote(text: string): string {
  const bytes = Buffer.from(text, 'utf8');
  let out = '"';
  bytes.forEach((byte, index) => {
    if (byte === 0x22) out += '\\"';
    else if (byte === 0x5c) out += '\\\\';
    else if (byte === 10) out += '\\n';
    else if (byte === 9) out += '\\t';
    else if (byte === 13) out += '\\r';
    else if (byte === 11) out += '\\v';
    else if (byte === 12) out += '\\f';
    else if (byte >= 0x20 && byte < 0x7f) out += String.fromCharCode(byte);
    else {
      const next = bytes[index + 1];
      const digitFollows = next !== undefined && next >= 0x30 && next <= 0x37;
      out += `\\${byte.toString(8).padStart(digitFollows ? 3 : 1, '0')}`;
    }
  });
  return `${out}"`;
}

const placeText = ({ variable, offset }: Place): string =>
  offset === 0 ? variable : `${variable}+${offset}`;

/** An operand in strace's syntax; a value known only at run time is its variable's name. */
export function operandText(operand: Operand): string {
  switch (operand.kind) {
    case 'int':
      return operand.text ?? String(operand.value);
    case 'string':
      return quote(operand.value);
    case 'address':
      return operand.text ?? `&${operand.of}`;
    case 'load':
      return operand.text ?? placeText(operand.place);
  }
}

export function syscallText({ name, args, result, tolerates }: Syscall): string {
  const call = `${name}(${args.map(operandText).join(', ')})`;
  const gives = result === undefined ? '' : ` = ${placeText(result)}`;
  const skips =
    tolerates === undefined || tolerates.length === 0 ? '' : ` # or ${tolerates.join(', ')}`;
  return `${call}${gives}${skips}`;
}

/** One instruction as a line; the branches around the calls are written as a person would say them. */
export function instructionText(instruction: Instruction): string {
  switch (instruction.kind) {
    case 'label':
      return `${instruction.name}:`;
    case 'step':
      return `# ${instruction.symbol}`;
    case 'syscall':
      return `    ${syscallText(instruction)}${instruction.child === undefined ? '' : `; in the child: goto ${instruction.child}`}`;
    case 'jump':
      return `    goto ${instruction.to}`;
    case 'branch':
      return `    if ${operandText(instruction.left)} ${instruction.condition} ${operandText(instruction.right)} goto ${instruction.to}`;
    case 'store':
      return `    ${placeText(instruction.to)} := ${operandText(instruction.value)}`;
    case 'compute':
      return `    ${placeText(instruction.to)} := ${operandText(instruction.left)} ${instruction.operator} ${operandText(instruction.right)}`;
    case 'lookup':
      return `    ${placeText(instruction.to)} := ${instruction.table}[${operandText(instruction.index)}]`;
    case 'decimal':
      return `    ${instruction.variable}+${instruction.offset} := decimal ${operandText(instruction.value)}`;
  }
}

/** The whole program, one instruction a line. */
export const printProgram = (program: Program): string =>
  `${program.code.map(instructionText).join('\n')}\n`;

/** The system calls of one step. */
export function stepSyscalls(program: Program, step: number): string[] {
  const start = program.code.findIndex((each) => each.kind === 'step' && each.step === step);
  if (start < 0) return [];
  const end = program.code.findIndex((each, index) => index > start && each.kind === 'step');
  return program.code
    .slice(start, end < 0 ? undefined : end)
    .flatMap((each) => (each.kind === 'syscall' && each.step === step ? [syscallText(each)] : []));
}

/** The system calls alone, grouped by step: what `plan --syscalls` shows. */
export function printSyscalls(program: Program): string {
  const lines: string[] = [];
  for (const instruction of program.code) {
    if (instruction.kind === 'step') lines.push(`# ${instruction.symbol}`);
    if (instruction.kind === 'syscall') lines.push(syscallText(instruction));
  }
  return `${lines.join('\n')}\n`;
}

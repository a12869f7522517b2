import type { Operand, Place, Program, Syscall } from './program.ts';

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

import { unreachable } from '../src/diagnostics/invariant.ts';
import { errnoNumber } from '../src/linux/errno.ts';
import { quote } from '../src/program/print.ts';
import type {
  Data,
  Instruction,
  Operand,
  Place,
  Program,
  Syscall,
} from '../src/program/program.ts';

/**
 * A Program as C, so that a C compiler says how fast its system calls can be made: the same calls with the same
 * arguments in the same order, and the same errors looked for. Each process that it clones gets a stack, as C needs one; the rest is
 * what the code generator does.
 */
export function sameCalls(program: Program): string {
  const entries = [program.entry, ...childrenOf(program)];
  const children = entries.slice(1).map(
    (name, index) => `static char ${stack(name)}[4096] __attribute__((aligned(16)));
static void ${child(name)}(void) { run(${index + 1}); }`,
  );
  return `#include "nolibc.h"

${[...program.data].sort(pointersLast).map(definition).join('\n')}

static long *given;
static void run(int entry);
${children.join('\n')}

static void run(int entry)
{
    long r;
    switch (entry) {
${entries.map((name, index) => `    case ${index}: goto ${label(name)};`).join('\n')}
    }
${program.code.map((instruction) => statement(instruction, program)).join('\n')}
    leave(100);
}

void begin(long *stack)
{
    given = stack;
    run(0);
}
`;
}

/** Where the processes begin that the program clones. */
const childrenOf = ({ code }: Program): readonly string[] =>
  code.flatMap((instruction) =>
    instruction.kind === 'syscall' && instruction.child !== undefined ? [instruction.child] : [],
  );

const child = (name: string): string => `child_${name}`;
const stack = (name: string): string => `stack_${name}`;

const pointersLast = (a: Data, b: Data): number => Number(refers(a)) - Number(refers(b));
const refers = (data: Data): boolean =>
  data.kind === 'pointers' || (data.kind === 'variable' && data.pointers !== undefined);

const label = (name: string): string => `l_${name.replaceAll(/\W/g, '_')}`;
const identifier = (name: string): string => `d_${name.replaceAll(/\W/g, '_')}`;

const bytes = (values: Uint8Array): string => `{${[...values].join(',')}}`;

function definition(data: Data): string {
  const name = identifier(data.name);
  switch (data.kind) {
    case 'constant':
      return `static const unsigned char ${name}[] __attribute__((aligned(8))) = ${bytes(data.bytes)};`;
    case 'pointers': {
      const targets = data.targets.map((target) => (target === null ? '0' : pointer(target)));
      return `static const void *const ${name}[] = {${targets.join(', ')}};`;
    }
    case 'variable': {
      if (data.pointers === undefined) {
        const initial = data.initial === undefined ? '' : ` = ${bytes(data.initial)}`;
        return `static unsigned char ${name}[${data.size}] __attribute__((aligned(8)))${initial};`;
      }
      // Words, so that the linker can put addresses into them.
      const initial = Buffer.alloc(Math.ceil(data.size / 8) * 8);
      initial.set(data.initial ?? []);
      const words = Array.from({ length: initial.length / 8 }, (_, index) => {
        const linked = data.pointers?.find(({ offset }) => offset === index * 8);
        return linked === undefined
          ? `(void *)${initial.readBigUInt64LE(index * 8)}UL`
          : pointer(linked.target);
      });
      return `static const void *${name}[] = {${words.join(', ')}};`;
    }
  }
}

function pointer(operand: Operand): string {
  switch (operand.kind) {
    case 'int':
      return `(void *)${operand.value}L`;
    case 'string':
      return quote(operand.value);
    case 'address':
      return `(const char *)${identifier(operand.of)} + ${operand.offset}`;
    case 'load':
      return place(operand.place);
  }
}

const place = ({ variable, offset, size }: Place, signed = false): string =>
  `*(__${signed ? 's' : 'u'}${size * 8} *)((char *)${identifier(variable)} + ${offset})`;

function value(operand: Operand): string {
  switch (operand.kind) {
    case 'int':
      return `${BigInt.asIntN(64, operand.value)}L`;
    case 'load':
      return `(long)${place(operand.place, operand.signed)}`;
    default:
      return `(long)(${pointer(operand)})`;
  }
}

function statement(instruction: Instruction, program: Program): string {
  switch (instruction.kind) {
    case 'label':
      return `${label(instruction.name)}: __attribute__((unused));`;
    case 'step':
      return `    /* ${instruction.symbol} */`;
    case 'syscall':
      return `    ${syscall(instruction, program)}`;
    case 'jump':
      return `    goto ${label(instruction.to)};`;
    case 'branch': {
      const { left, condition, right, to } = instruction;
      return `    if (${value(left)} ${condition} ${value(right)}) goto ${label(to)};`;
    }
    case 'store':
      return `    ${place(instruction.to)} = ${value(instruction.value)};`;
    case 'compute': {
      const { to, left, operator, right } = instruction;
      // Shifts are logical, additions wrap.
      const [a, b] = [left, right].map((operand) => `(unsigned long)${value(operand)}`);
      return `    ${place(to)} = ${a} ${operator} ${b};`;
    }
    case 'lookup':
      return `    ${place(instruction.to)} = ((const long *)${identifier(instruction.table)})[${value(instruction.index)}];`;
    case 'stack':
      return `    ${place(instruction.to)} = (unsigned long)given;`;
    case 'peek':
      return `    ${place(instruction.to)} = *(__u${instruction.size * 8} *)${value(instruction.at)};`;
    case 'poke':
      return `    *(__u${instruction.size * 8} *)${value(instruction.at)} = ${value(instruction.value)};`;
    case 'decimal': {
      const at = `(char *)${identifier(instruction.variable)} + ${instruction.offset}`;
      const pad = instruction.pad.charCodeAt(0);
      return `    decimal(${at}, ${instruction.width}, ${value(instruction.value)}, ${pad});`;
    }
    default:
      return unreachable(instruction);
  }
}

function syscall(call: Syscall, { failure }: Program): string {
  const args = call.args.map(value);
  const made =
    call.child === undefined
      ? `call(${[`__NR_${call.name}`, ...args].join(', ')})`
      : `clone_vm((void *)${args[0]}, ${args[1]}, ${child(call.child)}, ${stack(call.child)} + sizeof ${stack(call.child)})`;
  const result = call.result === undefined ? '' : ` ${place(call.result)} = r;`;
  if (call.onError === undefined) return `r = ${made};${result}`;
  const tolerated = (call.tolerates ?? []).map((name) => ` && r != -${errnoNumber(name)}`).join('');
  const fail = `${place(failure.step)} = ${call.step}; ${place(failure.errno)} = -r; goto ${label(call.onError)};`;
  return `r = ${made}; if (r < 0${tolerated}) { ${fail} }${result}`;
}

import { quote, syscallText } from '../../src/program/print.ts';
import type { Instruction, Operand, Program, Syscall } from '../../src/program/program.ts';

/** A system call in a trace of strace. */
export interface Traced {
  readonly pid: string;
  readonly name: string;
  readonly args: readonly string[];
  /** What it returned: a number, `?`, or `-1 ENOENT (…)`. */
  readonly result: string;
  readonly line: string;
}

/** The calls of `strace -f -o`, where a call that another process interrupted is put together again. */
export function readTrace(text: string): Traced[] {
  const open = new Map<string, string>();
  const calls: Traced[] = [];
  for (const line of text.split('\n')) {
    const [, pid = '', rest = ''] = /^(\d+) +(.*)$/.exec(line) ?? [];
    if (pid === '' || /^[-+]{3} /.test(rest)) continue;
    if (rest.endsWith('<unfinished ...>')) {
      open.set(pid, rest.slice(0, -'<unfinished ...>'.length));
      continue;
    }
    const resumed = /^<\.\.\. \w+ resumed>(.*)$/.exec(rest);
    const whole = (resumed === null ? rest : `${open.get(pid) ?? ''}${resumed[1]}`).replace(
      / *<unfinished \.\.\.>(?=\) = \?$)/, // the process ended in it
      '',
    );
    const [, name = '', args = '', result = ''] = /^(\w+)\((.*)\) += (.*)$/.exec(whole) ?? [];
    if (name !== '') calls.push({ pid, name, args: splitArgs(args), result, line: whole });
  }
  return calls;
}

/** At the commas that stand in no string and no bracket. */
function splitArgs(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let quoted = false;
  let from = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if (quoted) {
      if (c === '\\') i++;
      else if (c === '"') quoted = false;
    } else if (c === '"') quoted = true;
    else if (c === '{' || c === '[' || c === '(') depth++;
    else if (c === '}' || c === ']' || c === ')') depth--;
    else if (c === ',' && depth === 0) {
      parts.push(text.slice(from, i).trim());
      from = i + 1;
    }
  }
  const last = text.slice(from).trim();
  return last === '' && parts.length === 0 ? [] : [...parts, last];
}

/**
 * Compares the trace of a start with its listing: the calls of the supervisor and of its guard to the end, those of the
 * first init up to its execve, where the listing ends. Returns where they differ, and how many calls were compared.
 */
export function compareTrace(
  listed: Program,
  text: string,
): { differences: string[]; compared: number } {
  const calls = readTrace(text);
  const of = (process: string | undefined) => calls.filter(({ pid }) => pid === process);
  const ofSupervisor = of(calls[0]?.pid).slice(1); // strace's own execve
  const children = ofSupervisor.filter(({ name }) => name === 'clone3');
  const pids = children.map(({ result }) => /^\d+/.exec(result)?.[0]);
  // Between the two, who has the user namespace by which mounts are mapped.
  const [guard, init] = [pids[0], pids.at(-1)];
  const holder = listed.code.flatMap((each) =>
    each.kind === 'label' && /^holder_\d+$/.test(each.name) ? [each.name] : [],
  );
  const ofInit = of(init);
  const exec = ofInit.findIndex(({ name }) => name === 'execve');
  const untilExec = exec < 0 ? ofInit : ofInit.slice(0, exec + 1);
  return {
    differences: [
      ...follow(listed, 'start', ofSupervisor),
      ...follow(listed, 'guard', of(guard)),
      ...holder.flatMap((name) => follow(listed, name, of(pids[1]))),
      ...follow(listed, 'init', untilExec),
    ],
    compared: ofSupervisor.length + untilExec.length,
  };
}

/** Follows a program through the calls that a process made; returns where the two differ. */
function follow(program: Program, entry: string, calls: readonly Traced[]): string[] {
  const labels = new Map(
    program.code.flatMap((instruction, index) =>
      instruction.kind === 'label' ? [[instruction.name, index] as const] : [],
    ),
  );
  const at = (label: string): number => labels.get(label) ?? program.code.length;
  const problems: string[] = [];
  let states = new Set([at(entry)]);
  for (const call of calls) {
    const reachable = nextCalls(program, states, at);
    let matching = reachable.filter((index) =>
      matches(program, program.code[index] as Syscall, call),
    );
    if (matching.length === 0) {
      const expected = reachable.map((index) => syscallText(program.code[index] as Syscall));
      problems.push(`traced: ${call.line}\nlisted: ${expected.slice(0, 12).join('\n        ')}`);
      // What follows is compared too: the place is found by the name of the call alone.
      matching = reachable.filter((index) => (program.code[index] as Syscall).name === call.name);
      if (matching.length === 0) break;
    }
    states = new Set(
      matching.map((index) => after(program.code[index] as Syscall, index, call, at)),
    );
  }
  return problems;
}

/** The system calls that can come next; which way a branch goes is for the trace to say. */
function nextCalls(
  program: Program,
  from: ReadonlySet<number>,
  at: (label: string) => number,
): number[] {
  const seen = new Set<number>();
  const calls: number[] = [];
  const work = [...from];
  for (let index = work.pop(); index !== undefined; index = work.pop()) {
    if (seen.has(index)) continue;
    seen.add(index);
    const instruction: Instruction | undefined = program.code[index];
    if (instruction === undefined) continue;
    if (instruction.kind === 'syscall') calls.push(index);
    else if (instruction.kind === 'jump') work.push(at(instruction.to));
    else if (instruction.kind === 'branch') work.push(at(instruction.to), index + 1);
    else work.push(index + 1);
  }
  return calls;
}

function after(
  call: Syscall,
  index: number,
  { result }: Traced,
  at: (label: string) => number,
): number {
  const errno = /^-1 (E\w+)/.exec(result)?.[1];
  const goesOn = errno === undefined || call.tolerates?.includes(errno) === true;
  return goesOn || call.onError === undefined ? index + 1 : at(call.onError);
}

const matches = (program: Program, call: Syscall, traced: Traced): boolean =>
  call.name === traced.name &&
  call.args.length === traced.args.length &&
  call.args.every((operand, index) => {
    const text = traced.args[index] ?? '';
    return same(operand, text) || sameMessage(program, operand, text);
  });

/**
 * A message of netlink that strace does not decode, as it does not know what a socket of another network is for: its bytes
 * are compared. Four zero bytes of a variable are a number that is stored at run time.
 */
function sameMessage({ data }: Program, operand: Operand, text: string): boolean {
  const [, length, type, flags, rest = ''] =
    /^\[\{nlmsg_len=(\d+), nlmsg_type=(0x[0-9a-f]+) \/\* NLMSG_\?\?\? \*\/, nlmsg_flags=([^,]*), nlmsg_seq=1, nlmsg_pid=0\}, "((?:\\x[0-9a-f]{2})*)"\]$/.exec(
      text,
    ) ?? [];
  if (operand.kind !== 'address' || length === undefined) return false;
  const item = data.find(({ name }) => name === operand.of);
  const bytes =
    item?.kind === 'constant' ? item.bytes : item?.kind === 'variable' ? item.initial : undefined;
  if (bytes === undefined) return false;
  const expected = Buffer.from(bytes);
  const sent = Buffer.from(rest.replaceAll('\\x', ''), 'hex');
  const isLater = (at: number) => item?.kind === 'variable' && expected.readUInt32LE(at & ~3) === 0;
  return (
    expected.readUInt32LE(0) === Number(length) &&
    expected.readUInt16LE(4) === Number(type) &&
    (expected.readUInt16LE(6) & 0x600) === (flags?.includes('0x600') ? 0x600 : 0) &&
    sent.length === expected.length - 16 &&
    sent.every((byte, at) => byte === expected[at + 16] || isLater(at + 16))
  );
}

/** Descriptors, pids and what the kernel fills in are known only at run time: these match anything. */
function same(operand: Operand, text: string): boolean {
  switch (operand.kind) {
    case 'load':
      return true;
    case 'string':
      return quote(operand.value) === text;
    case 'address':
      return operand.text === undefined || plain(operand.text) === plain(text);
    case 'int':
      return operand.text === undefined
        ? number(text) === BigInt.asUintN(64, operand.value)
        : sameFlags(operand.text, text) || number(text) === BigInt.asUintN(64, operand.value);
  }
}

/** Addresses and descriptors are known only at run time; what strace shows behind `=>` is the kernel's answer. */
const plain = (text: string): string =>
  withoutComments(text)
    .replace(/ +=> \{.*\}$/, '')
    .replaceAll(/\b(target_fd|attach_bpf_fd|cgroup|fd|userns_fd)=\w+/g, '$1=DESCRIPTOR')
    // What strace does not decode is compared by what the container gets to see.
    .replace(/(nla_type=IFLA_INFO_(SLAVE_)?DATA\}, ).*/, '$1DATA')
    .replaceAll(
      /(nla_type=(IFLA_MASTER|IFLA_LINK|IFLA_NET_NS_PID|RTA_OIF)\}, )[^\]]*\]/g,
      '$1NUMBER]',
    )
    .replaceAll(/\b(ifi_index|ifa_index)=(?!0\b)[^,}]*/g, '$1=INDEX')
    .replaceAll(/, ifr_ifindex=[^}]*/g, '')
    .replaceAll(/=(?:0x[0-9a-f]+|&\w+)/g, '=ADDRESS');

const withoutComments = (text: string): string => text.replaceAll(/ *\/\*.*?\*\/ */g, '');

const sameFlags = (a: string, b: string): boolean =>
  a.split('|').toSorted().join('|') === withoutComments(b).split('|').toSorted().join('|');

function number(text: string): bigint | undefined {
  if (text === 'NULL') return 0n;
  if (/^0[0-7]+$/.test(text)) return BigInt(`0o${text.slice(1)}`);
  return /^-?\d+$|^0x[0-9a-f]+$/.test(text) ? BigInt.asUintN(64, BigInt(text)) : undefined;
}

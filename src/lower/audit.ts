import { auditTypes, auditValue, NETLINK_AUDIT } from '../linux/audit.ts';
import type { AuditOps } from '../plan/ops/audit.ts';
import type { Plan, StepOf } from '../plan/plan.ts';
import { firstOf } from '../plan/steps-of.ts';
import { AT_FDCWD, address, field, int, load, slot, string, value } from '../program/operands.ts';
import type { Operand } from '../program/program.ts';
import { type Assembly, signed, words } from './assembly.ts';
import { measureDigits } from './digits.ts';
import type { Lowerings } from './lowering.ts';
import { pathWithNumbers } from './path.ts';

/** A record can be lost, as when the kernel keeps none: that ends no container. */
export const auditLowerings: Lowerings<AuditOps> = {
  'audit.open': lowerOpen,
  'audit.start': (out, step, { plan }) => lowerStart(out, step, plan),
  'audit.stop': (out, _, { plan }) => lowerStop(out, plan),
};

function lowerOpen(out: Assembly): void {
  const type = int(0o2000003, 'SOCK_RAW|SOCK_CLOEXEC');
  const protocol = int(NETLINK_AUDIT, 'NETLINK_AUDIT');
  out.call('socket', [int(16, 'AF_NETLINK'), type, protocol], { result: 'audit' });
  nameProgram(out);
}

const LONGEST_NAME = 1024;
const [QUOTE, FIRST_PLAIN, LAST_PLAIN] = [34, 33, 126];

/** `own_name` becomes the path of this program as a value of a record, `exe_length` its length. @see `auditValue` */
function nameProgram(out: Assembly): void {
  const [path, name] = [address('own_path'), address('own_name')];
  const [at, byte, to] = [out.slot('exe_at'), out.slot('exe_byte'), out.slot('exe_to')];
  const [known, plain, hex] = [
    out.fresh('exe_known'),
    out.fresh('exe_plain'),
    out.fresh('exe_hex'),
  ];
  const [look, copy] = [out.fresh('exe_look'), out.fresh('exe_copy')];
  const next = (...places: (typeof at)[]) => {
    for (const each of places) out.compute(each, load(each), '+', int(1));
  };
  const put = (of: Operand) => {
    out.poke(load(to), of, 1);
    next(to);
  };
  out.variable('own_path', LONGEST_NAME);
  // Without first bytes it lies behind what is in use all the time.
  out.variable('own_name', 2 * LONGEST_NAME);
  out.store(field('own_name', 0, 4), int(Buffer.from('"?"\0').readUInt32LE(), '"?"'));
  out.handOn('exe_length');
  out.store(out.slot('exe_length'), int(3));
  out.call('readlinkat', [AT_FDCWD, string('/proc/self/exe'), path, int(LONGEST_NAME - 1)], {
    result: 'answer',
    onError: false,
  });
  out.branch(signed('answer'), '<=', int(0), known);
  out.store(to, name);
  out.store(at, path);
  out.label(look);
  out.peek(byte, load(at), 1);
  out.branch(load(byte), '==', int(0), plain);
  out.branch(load(byte), '==', int(QUOTE), hex);
  out.branch(load(byte), '<', int(FIRST_PLAIN), hex);
  out.branch(load(byte), '>', int(LAST_PLAIN), hex);
  next(at);
  out.jump(look);
  out.label(plain);
  put(int(QUOTE));
  out.store(at, path);
  out.label(copy);
  out.peek(byte, load(at), 1);
  out.poke(load(to), load(byte), 1);
  next(at, to);
  out.branch(load(byte), '!=', int(0), copy);
  out.compute(to, load(to), '-', int(1));
  put(int(QUOTE));
  const named = out.fresh('exe_named');
  out.jump(named);
  out.label(hex);
  const digits = out.constant('hex_digits', Buffer.from('0123456789ABCDEF'), '"0123456789ABCDEF"');
  const half = (of: Operand, operator: '>>' | '&', by: number) => {
    out.compute(out.slot('exe_half'), of, operator, int(by));
    out.compute(slot('exe_half'), value('exe_half'), '+', digits);
    out.peek(slot('exe_half'), value('exe_half'), 1);
    put(value('exe_half'));
  };
  const each = out.fresh('exe_each');
  out.store(at, path);
  out.label(each);
  out.peek(byte, load(at), 1);
  out.branch(load(byte), '==', int(0), named);
  half(load(byte), '>>', 4);
  half(load(byte), '&', 15);
  next(at);
  out.jump(each);
  out.label(named);
  out.compute(slot('exe_length'), load(to), '-', name);
  out.label(known);
}

type Result = 'success' | 'failed';
type Parts = readonly (string | Operand)[];

/** What libaudit ends each record with. */
const ending = (result: Result): string => ` hostname=? addr=? terminal=? res=${result}`;
const BEFORE_NAME = ' exe=';

const length = (text: string): number => Buffer.byteLength(text);

/** With the zero byte that the kernel takes for the end. */
const endingLength = (result: Result): number => length(ending(result)) + 1;

/** `struct nlmsghdr`. */
const HEADER = 16;
const NLM_F_REQUEST = 1;

/** Sends a VIRT_CONTROL record of text and numbers, each number with text before it. `name` is that of its memory: no two have the same. */
function send(out: Assembly, name: string, parts: Parts, result: Result): void {
  const vector = `record_${name}`;
  const all = [header(out), ...parts, BEFORE_NAME, address('own_name'), string(ending(result))];
  const texts = all.map((part) => (typeof part === 'string' ? string(part) : part));
  const fixed = [HEADER, ...parts.map(lengthOf), length(BEFORE_NAME), 0, endingLength(result)];
  out.define({
    kind: 'variable',
    name: vector,
    size: 16 * all.length,
    initial: words(...fixed.flatMap((size) => [[8, 0] as const, [8, size] as const])),
    pointers: texts.flatMap((target, index) =>
      target.kind === 'load' ? [] : [{ offset: 16 * index, target }],
    ),
  });
  const total = fixed.reduce((sum, size) => sum + size, 0);
  out.compute(field('audit_header', 0, 4), value('exe_length'), '+', int(total));
  out.store(field('audit_header', 4, 2), int(auditTypes.VIRT_CONTROL, 'VIRT_CONTROL'));
  parts.forEach((part, index) => {
    if (typeof part !== 'string') writeNumber(out, part, vector, index + 1);
  });
  emit(out, vector, all.length);
}

const lengthOf = (part: string | Operand): number => (typeof part === 'string' ? length(part) : 0);

function header(out: Assembly): Operand {
  const initial = words([4, 0], [2, 0], [2, NLM_F_REQUEST], [4, 0], [4, 0]);
  out.variable('audit_header', HEADER, initial);
  return address('audit_header');
}

/** With what the header says is its length, and that of the name of the program. */
function emit(out: Assembly, vector: string, count: number): void {
  out.store(field(vector, 16 * (count - 2) + 8, 8), value('exe_length'));
  out.call('writev', [value('audit'), address(vector), int(count)], { onError: false });
}

/** The digits of a number as a part of a record, whose length it adds to. */
function writeNumber(out: Assembly, of: Operand, vector: string, index: number): void {
  const [at, size] = [field(vector, 16 * index, 8), field(vector, 16 * index + 8, 8)];
  measureDigits(out, `${vector}_digits${index}`, of, at, size);
  const total = field('audit_header', 0, 4);
  out.compute(total, load(total), '+', load(size));
}

/** A record for each, one behind the other. */
function sendResources(out: Assembly, resources: readonly string[], result: Result): void {
  const vector = `resource_${result}`;
  const texts = resources.map((text) => `${text}${BEFORE_NAME}`);
  out.define({
    kind: 'pointers',
    name: 'resource_texts',
    targets: [...texts.map(string), null],
  });
  const lengths = words(...texts.map((text) => [8, length(text)] as const), [8, 0]);
  out.constant('resource_lengths', lengths, 'the lengths of the records');
  const tail = endingLength(result);
  out.define({
    kind: 'variable',
    name: vector,
    size: 64,
    initial: words([8, 0], [8, HEADER], [8, 0], [8, 0], [8, 0], [8, 0], [8, 0], [8, tail]),
    pointers: [
      { offset: 0, target: header(out) },
      { offset: 32, target: address('own_name') },
      { offset: 48, target: string(ending(result)) },
    ],
  });
  const [next, done] = [out.fresh('next_resource'), out.fresh('resources_told')];
  const [index, text, size] = [out.slot('resource'), field(vector, 16, 8), field(vector, 24, 8)];
  out.store(field('audit_header', 4, 2), int(auditTypes.VIRT_RESOURCE, 'VIRT_RESOURCE'));
  out.store(index, int(0));
  out.label(next);
  out.lookup(text, 'resource_texts', load(index));
  out.branch(load(text), '==', int(0, 'NULL'), done);
  out.lookup(size, 'resource_lengths', load(index));
  out.compute(out.slot('record_length'), load(size), '+', value('exe_length'));
  out.compute(field('audit_header', 0, 4), value('record_length'), '+', int(HEADER + tail));
  emit(out, vector, 4);
  out.compute(index, load(index), '+', int(1));
  out.jump(next);
  out.label(done);
}

const control = ({ name, uuid }: Plan, op: string, reason: string): string =>
  `virt=lxc op=${op} ${reason}vm=${auditValue(name)} uuid=${uuid} vm-pid=`;

const PID = value('supervisor_pid');

const tellStart = (out: Assembly, plan: Plan, reason: string): void =>
  send(out, `start_${reason}`, [control(plan, 'start', `reason=${reason} `), PID], 'success');

const tellStop = (out: Assembly, plan: Plan, reason: string): void =>
  send(out, `stop_${reason}`, [`${control(plan, 'stop', `reason=${reason} `)}0`], 'success');

/** A further life is another start, behind the stop of the one before. */
function lowerStart(out: Assembly, { resources }: StepOf<'audit.start'>, plan: Plan): void {
  const [first, later, told] = [
    out.fresh('first_life'),
    out.fresh('later_life'),
    out.fresh('told'),
  ];
  out.branch(value('lives'), '==', int(0), first);
  tellStop(out, plan, 'reboot');
  out.label(first);
  sendResources(out, resources, 'success');
  out.branch(value('lives'), '!=', int(0), later);
  tellStart(out, plan, 'booted');
  out.jump(told);
  out.label(later);
  tellStart(out, plan, 'reboot');
  out.label(told);
  tellInit(out, plan);
  out.store(out.slot('audited'), int(1));
}

/** Of init its number on the host, and which pid namespace is its own. */
function tellInit(out: Assembly, plan: Plan): void {
  out.variable('status_of_pids', 256);
  const path = pathWithNumbers(out, 'pids_path', ['/proc/', value('init_pid'), '/ns/pid']);
  const status = address('status_of_pids');
  const [flags, mask] = [int(0, 'AT_STATX_SYNC_AS_STAT'), int(0x100, 'STATX_INO')];
  out.call('statx', [AT_FDCWD, path, flags, mask, status], { onError: false });
  const inode = load(field('status_of_pids', 32, 8));
  const pids = [control(plan, 'init', ''), PID, ' init-pid=', value('init_pid')];
  send(out, 'init', [...pids, ' pid-ns=', inode], 'success');
}

/** As it has ended: by itself, by an order, or by a fault of the supervisor's; or that its start has failed. */
function lowerStop(out: Assembly, plan: Plan): void {
  const start = firstOf(plan.steps, 'audit.start');
  const [ran, failed] = [out.fresh('audit_ran'), out.fresh('audit_failed')];
  const [ordered, done] = [out.fresh('audit_ordered'), out.fresh('audit_done')];
  out.startsAtZero('audited');
  out.branch(load(out.slot('audited')), '!=', int(0), ran);
  sendResources(out, start?.resources ?? [], 'failed');
  send(out, 'start_failed', [`${control(plan, 'start', 'reason=booted ')}0`], 'failed');
  out.jump(done);
  out.label(ran);
  for (const cause of ['orphaned', 'failed_errno']) out.branch(value(cause), '!=', int(0), failed);
  out.branch(value('stopping'), '!=', int(0), ordered);
  tellStop(out, plan, 'shutdown');
  out.jump(done);
  out.label(ordered);
  tellStop(out, plan, 'destroyed');
  out.jump(done);
  out.label(failed);
  tellStop(out, plan, 'failed');
  out.label(done);
}

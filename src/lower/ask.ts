import { type EndRequest, endRequests } from '../linux/end-requests.ts';
import { RESOLVE } from '../linux/flags.ts';
import { AT_FDCWD, address, field, int, load, slot, string, value } from '../program/operands.ts';
import type { Operand, Place } from '../program/program.ts';
import { type Assembly, type CallOptions, signed, words } from './assembly.ts';
import { pathOfInit } from './process.ts';

/** Nothing of a request is a failure: init may end at any moment, and is killed if it does not. */
const unlessFails = (
  out: Assembly,
  failed: string,
  call: Parameters<Assembly['call']>[0],
  args: readonly Operand[],
  options: CallOptions & { readonly result: string },
): void => {
  out.call(call, args, { ...options, onError: false });
  out.branch(signed(options.result), '<', int(0), failed);
};

/**
 * Asks init to end, as the table says, and goes on behind this; at `unasked` if nobody can be asked.
 * @see endRequests
 */
export function askToEnd(out: Assembly, unasked: string): void {
  const asked = out.fresh('asked');
  for (const request of endRequests) {
    const next = out.fresh('next_request');
    if (request.by === 'record') giveRecord(out, request, next);
    else {
      if ('program' in request) unlessProgram(out, request.program, next);
      else unlessTaken(out, request.signal, next);
      unlessFails(
        out,
        next,
        'pidfd_send_signal',
        [value('pidfd'), int(request.signal, request.name), int(0, 'NULL'), int(0)],
        { result: 'answer' },
      );
    }
    out.jump(asked);
    out.label(next);
  }
  out.jump(unasked);
  out.label(asked);
}

const TEXT = 4096;

/** Reads the first bytes of a file of /proc/PID of init into `of_init`. */
function readOfInit(out: Assembly, name: string, size: number, failed: string): void {
  out.variable('of_init', TEXT);
  out.store(field('of_init', 0, 8), int(0));
  const flags = out.open('O_RDONLY', 'O_CLOEXEC');
  unlessFails(out, failed, 'openat', [AT_FDCWD, pathOfInit(out, name), flags], { result: 'file' });
  out.call('read', [value('file'), address('of_init'), int(size)], {
    result: 'answer',
    onError: false,
  });
  out.call('close', [value('file')], { onError: false });
  out.branch(signed('answer'), '<', int(0), failed);
}

/** Goes to `other` if init is not this program. */
function unlessProgram(out: Assembly, program: string, other: string): void {
  readOfInit(out, 'comm', 8, other);
  const name = Buffer.alloc(8);
  name.write(`${program}\n`);
  out.branch(load(field('of_init', 0, 8)), '!=', int(name.readBigInt64LE()), other);
}

/** `SigBlk:` and `SigCgt:` of proc_pid_status(5), each with a tab behind it: eight bytes. Sixteen hex digits follow. */
const masks = ['SigBlk:\t', 'SigCgt:\t'];

/** Goes to `other` if init would never see the signal. */
function unlessTaken(out: Assembly, signal: number, other: string): void {
  const [again, found, taken] = [out.fresh('look_for_mask'), out.fresh('mask'), out.fresh('taken')];
  const [at, digit, high]: readonly Place[] = ['mask_at', 'digit', 'high'].map((name) =>
    out.slot(name),
  ) as [Place, Place, Place];
  readOfInit(out, 'status', TEXT - 32, other);
  out.store(at, address('of_init'));
  out.compute(out.slot('mask_end'), value('answer'), '+', address('of_init'));
  out.label(again);
  out.branch(value('mask_at'), '>=', value('mask_end'), other);
  out.peek(digit, value('mask_at'), 8);
  out.compute(at, value('mask_at'), '+', int(1));
  for (const mask of masks)
    out.branch(value('digit'), '==', int(Buffer.from(mask).readBigInt64LE()), found);
  out.jump(again);
  out.label(found);
  const [place, bit] = [(signal - 1) >> 2, (signal - 1) & 3];
  out.compute(digit, value('mask_at'), '+', int(7 + 15 - place));
  out.peek(digit, value('digit'), 1);
  // A letter is nine more than its lower half says.
  out.compute(high, value('digit'), '>>', int(6));
  out.compute(digit, value('digit'), '+', value('high'));
  out.compute(high, value('high'), '<<', int(3));
  out.compute(digit, value('digit'), '+', value('high'));
  out.compute(digit, value('digit'), '&', int(1 << bit));
  out.branch(value('digit'), '!=', int(0), taken);
  out.jump(again);
  out.label(taken);
}

const [S_IFMT, S_IFIFO] = [0o170000, 0o010000];
const AT_EMPTY_PATH = 0x1000;
const O_PATH_CLOEXEC = 0o12000000;

/** `stx_mode`, `stx_ino` and the numbers of the device, of `struct statx`. */
const mode = (of: string): Operand => load(field(of, 28, 2));
const identity = (of: string): readonly Operand[] => [
  load(field(of, 32, 8)),
  load(field(of, 136, 8)),
];

/**
 * Writes the record to the first of the FIFOs that is one, and that somebody reads; goes to `none` if there is none. The
 * paths are resolved in the root of init, and what is there is opened only when it is known to be a FIFO, and none of the host's: a container
 * that has the host's /run would end the host.
 */
function giveRecord(
  out: Assembly,
  { paths, record }: Extract<EndRequest, { by: 'record' }>,
  none: string,
): void {
  const [next, close, hosts, own] = [
    out.fresh('next_fifo'),
    out.fresh('close_fifo'),
    out.fresh('hosts_fifo'),
    out.fresh('own_fifo'),
  ];
  const [given, end] = [out.fresh('record_given'), out.fresh('record_end')];
  out.define({ kind: 'pointers', name: 'fifos', targets: [...paths.map(string), null] });
  const how = out.constant(
    'resolve_fifo',
    words(
      [8, O_PATH_CLOEXEC],
      [8, 0],
      [8, RESOLVE.RESOLVE_IN_ROOT | RESOLVE.RESOLVE_NO_MAGICLINKS],
    ),
    '{flags=O_RDONLY|O_CLOEXEC|O_PATH, resolve=RESOLVE_NO_MAGICLINKS|RESOLVE_IN_ROOT}',
  );
  const look = (descriptor: Operand, path: Operand, into: string, failed: string) => {
    out.variable(into, 256);
    const wanted = int(0x101, 'STATX_TYPE|STATX_INO');
    const flags = int(AT_EMPTY_PATH, 'AT_STATX_SYNC_AS_STAT|AT_EMPTY_PATH');
    unlessFails(out, failed, 'statx', [descriptor, path, flags, wanted, address(into)], {
      result: 'answer',
    });
  };
  const root = out.open('O_RDONLY', 'O_DIRECTORY', 'O_CLOEXEC', 'O_PATH');
  unlessFails(out, none, 'openat', [AT_FDCWD, pathOfInit(out, 'root'), root], {
    result: 'root_of_init',
  });
  out.store(out.slot('fifo_index'), int(-1));
  out.label(next);
  out.compute(slot('fifo_index'), value('fifo_index'), '+', int(1));
  out.lookup(out.slot('fifo_name'), 'fifos', value('fifo_index'));
  out.branch(value('fifo_name'), '==', int(0), end);
  unlessFails(out, next, 'openat2', [value('root_of_init'), value('fifo_name'), how, int(24)], {
    result: 'fifo',
  });
  look(value('fifo'), string(''), 'status_of_fifo', close);
  out.compute(slot('answer'), mode('status_of_fifo'), '&', int(S_IFMT));
  out.branch(value('answer'), '!=', int(S_IFIFO), close);
  out.store(out.slot('host_index'), int(-1));
  out.label(hosts);
  out.compute(slot('host_index'), value('host_index'), '+', int(1));
  out.lookup(slot('fifo_name'), 'fifos', value('host_index'));
  out.branch(value('fifo_name'), '==', int(0), own);
  look(AT_FDCWD, value('fifo_name'), 'status_of_host', hosts);
  const [of, host] = [identity('status_of_fifo'), identity('status_of_host')];
  of.forEach((part, index) => {
    out.branch(part, '!=', host[index]!, hosts);
  });
  out.jump(close);
  out.label(own);
  const width = 10;
  out.variable('fifo_path', 32, Buffer.from(`/proc/self/fd/${'/'.repeat(width)}\0`));
  out.decimal(value('fifo'), 'fifo_path', 14, width, '/');
  const write = out.open('O_WRONLY', 'O_NOCTTY', 'O_NONBLOCK', 'O_CLOEXEC');
  unlessFails(out, close, 'openat', [AT_FDCWD, address('fifo_path'), write], { result: 'file' });
  const text = out.constant('end_record', record, '"i\\31\\t\\3\\1\\0\\0\\0000"...');
  out.call('write', [value('file'), text, int(record.length)], {
    result: 'answer',
    onError: false,
  });
  out.call('close', [value('file')], { onError: false });
  out.branch(value('answer'), '==', int(record.length), given);
  out.label(close);
  out.call('close', [value('fifo')], { onError: false });
  out.jump(next);
  out.label(end);
  out.call('close', [value('root_of_init')], { onError: false });
  out.jump(none);
  out.label(given);
  for (const each of ['fifo', 'root_of_init']) out.call('close', [value(each)], { onError: false });
}

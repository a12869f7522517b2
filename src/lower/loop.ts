import { AT } from '../linux/flags.ts';
import type { LoopOps } from '../plan/ops/loop.ts';
import type { StepOf } from '../plan/plan.ts';
import { AT_FDCWD, address, field, int, load, string, value } from '../program/operands.ts';
import { quote } from '../program/print.ts';
import type { Operand } from '../program/program.ts';
import { type Assembly, signed } from './assembly.ts';
import { writeDigits } from './digits.ts';
import type { Lowerings } from './lowering.ts';
import { device, lookAtDevice } from './status.ts';

export const loopLowerings: Lowerings<LoopOps> = {
  'loop.attach': lowerAttach,
  'loop.detach': (out, { handle }) => out.call('close', [value(handle)]),
};

/** Numbers of the device and its path, once the step that attaches it is done. */
export const loopMinor = (handle: string): Operand => value(`${handle}_minor`);
export const loopPath = (handle: string): Operand => value(`${handle}_path`);

/** All loop devices have this one. @see Documentation/admin-guide/devices.txt */
export const LOOP_MAJOR = 7;

/** @see loop(4); include/uapi/linux/loop.h, struct loop_config */
const LOOP_CTL_GET_FREE = int(0x4c82, 'LOOP_CTL_GET_FREE');
const LOOP_CONFIGURE = int(0x4c0a, 'LOOP_CONFIGURE');
const CONFIG_SIZE = 304;
const [CONFIG_FLAGS, CONFIG_NAME, NAME_SIZE] = [60, 64, 64] as const;
const [LO_FLAGS_READ_ONLY, LO_FLAGS_AUTOCLEAR] = [1, 4] as const;

/** How often another one is asked for, because somebody took the free one first. */
const TRIES = 64;

const PREFIX = '/dev/loop';

/** The kernel names a free device, and whoever configures it first has it. */
function lowerAttach(out: Assembly, { handle, file, readOnly }: StepOf<'loop.attach'>): void {
  const [again, last, done] = [out.fresh('loop'), out.fresh('last_loop'), out.fresh('looped')];
  const access = readOnly ? 'O_RDONLY' : 'O_RDWR';
  const config = `${handle}_config`;
  out.handOn(`${handle}_path`, `${handle}_minor`, `${handle}_digits`);
  const { bytes, text } = configuration(file, readOnly);
  out.variable(config, CONFIG_SIZE, bytes);
  const configure = (extra: { readonly tolerates?: readonly string[] }): void =>
    out.call('ioctl', [value(handle), LOOP_CONFIGURE, address(config, text)], {
      ...extra,
      result: 'configured',
    });
  out.call('openat', [AT_FDCWD, string(file), out.open(access, 'O_CLOEXEC')], { result: 'image' });
  out.store(field(config, 0, 4), value('image'));
  out.call('openat', [AT_FDCWD, string('/dev/loop-control'), out.open('O_RDWR', 'O_CLOEXEC')], {
    result: 'loop_control',
  });
  out.store(out.slot('loop_tries'), int(0));
  out.label(again);
  out.call('ioctl', [value('loop_control'), LOOP_CTL_GET_FREE], { result: 'loop_number' });
  pathOf(out, handle);
  out.call('openat', [AT_FDCWD, loopPath(handle), out.open(access, 'O_CLOEXEC')], {
    result: handle,
  });
  out.branch(value('loop_tries'), '==', int(TRIES), last);
  configure({ tolerates: ['EBUSY'] });
  out.branch(signed('configured'), '>=', int(0), done);
  out.call('close', [value(handle)]);
  out.compute(out.slot('loop_tries'), value('loop_tries'), '+', int(1));
  out.jump(again);
  out.label(last);
  configure({});
  out.label(done);
  out.call('close', [value('loop_control')]);
  out.call('close', [value('image')]);
  noteMinor(out, handle);
}

/** `text` is how strace prints it. */
function configuration(
  file: string,
  readOnly: boolean,
): { readonly bytes: Uint8Array; readonly text: string } {
  const bytes = Buffer.alloc(CONFIG_SIZE);
  bytes.writeUInt32LE(LO_FLAGS_AUTOCLEAR | (readOnly ? LO_FLAGS_READ_ONLY : 0), CONFIG_FLAGS);
  // What `losetup` shows, as much of it as there is place for: its last byte is zero.
  const name = Buffer.from(file).subarray(0, NAME_SIZE - 1);
  name.copy(bytes, CONFIG_NAME);
  const flags = readOnly ? 'LO_FLAGS_READ_ONLY|LO_FLAGS_AUTOCLEAR' : 'LO_FLAGS_AUTOCLEAR';
  const text = `{fd=image, block_size=0, info={lo_device=makedev(0, 0), lo_inode=0, lo_rdevice=makedev(0, 0), lo_offset=0, lo_sizelimit=0, lo_number=0, lo_encrypt_type=LO_CRYPT_NONE, lo_encrypt_key_size=0, lo_flags=${flags}, lo_file_name=${quote(name.toString())}, lo_crypt_name="", lo_encrypt_key="", lo_init=[0, 0]}}`;
  return { bytes, text };
}

/** The path of the device, as text: its digits, and what stands before them. */
function pathOf(out: Assembly, handle: string): void {
  const room = Buffer.byteLength(PREFIX);
  const at = out.slot(`${handle}_path`);
  writeDigits(out, `${handle}_digits`, value('loop_number'), at, room);
  out.compute(at, value(`${handle}_path`), '-', int(room));
  const bytes = Buffer.from(PREFIX);
  out.poke(value(`${handle}_path`), int(bytes.readBigUInt64LE(0)), 8);
  out.compute(out.slot('loop_letter'), value(`${handle}_path`), '+', int(8));
  out.poke(value('loop_letter'), int(bytes[8] ?? 0), 1);
}

/** With partitions it is not the number in the name. */
function noteMinor(out: Assembly, handle: string): void {
  const empty = int(AT.AT_EMPTY_PATH, 'AT_STATX_SYNC_AS_STAT|AT_EMPTY_PATH');
  lookAtDevice(out, value(handle), '', empty);
  out.store(out.slot(`${handle}_minor`), load(device.minor));
}

import { Socket } from 'node:net';
import { makeRaw } from '../exec/libc.ts';
import type { Run } from '../exec/run.ts';
import { openTerminal } from '../exec/terminal.ts';

/** ^], as in virsh: leaves the console, and the container goes on. */
const ESCAPE = 0x1d;
/** The end of the input as a terminal takes it: twice, as the first ^D may only send a line that has no end. */
const END = '\x04\x04';

/** Whether the console ended, the user left it, or nobody takes its output any more. */
export type Relayed = 'ended' | 'left' | 'unread';

/**
 * Joins this process's standard input and output to console 0. If they are a terminal, it is in raw mode
 * meanwhile and hands its size on.
 */
export async function relayConsole({ supervisorPid, console }: Run): Promise<Relayed> {
  if (console === undefined) return 'ended';
  const { stdin, stdout } = process;
  const typed = new Socket({ fd: console.input, readable: false, writable: true });
  const shown = new Socket({ fd: console.output, readable: true, writable: false });
  typed.on('error', () => undefined); // init ended before it had read all
  const restore = stdin.isTTY ? makeRaw(stdin.fd) : undefined;
  const terminal = stdout.isTTY ? openTerminal(supervisorPid, 0) : undefined;
  const resize = () => terminal?.resize(stdout.rows, stdout.columns);
  stdout.on('resize', resize);
  shown.pipe(stdout, { end: false });
  const ended = new Promise<Relayed>((resolve) => {
    shown.once('close', () => resolve('ended'));
    stdout.on('error', () => resolve('unread'));
    if (stdin.isTTY) {
      stdin.on('data', (keys: Buffer) => {
        const end = keys.indexOf(ESCAPE);
        typed.write(end < 0 ? keys : keys.subarray(0, end));
        if (end >= 0) resolve('left');
      });
    } else {
      stdin.pipe(typed, { end: false });
      stdin.once('end', () => typed.write(END));
    }
  });
  const how = await ended;
  restore?.();
  stdout.off('resize', resize);
  terminal?.close();
  for (const stream of [stdin, typed, shown]) stream.destroy();
  return how;
}

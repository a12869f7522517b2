import { Socket } from 'node:net';
import { endWriting, isReady, makeRaw } from '../exec/libc.ts';
import type { Run } from '../exec/run.ts';
import { openTerminal } from '../exec/terminal.ts';
import { withoutQueries } from './terminal-queries.ts';

/** ^], as in virsh: leaves the console, and the container goes on. */
const ESCAPE = 0x1d;

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
  const restore = stdin.isTTY ? rawUntilKilled(stdin.fd) : undefined;
  const terminal = stdout.isTTY ? openTerminal(supervisorPid, 0) : undefined;
  const resize = () => terminal?.resize(stdout.rows, stdout.columns);
  stdout.on('resize', resize);
  // An answer of the terminal reaches who asked only if this process reads it.
  const asked = stdin.isTTY && stdout.isTTY ? shown : shown.pipe(withoutQueries());
  asked.pipe(stdout, { end: false });
  const forget = closeAtEnd(shown, console.output);
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
      const end = () => typed.write('', () => endWriting(console.input));
      stdin.once('end', end).once('error', end); // it may be a directory, or only be written
    }
  });
  const how = await ended;
  forget();
  restore?.();
  stdout.off('resize', resize);
  terminal?.close();
  for (const stream of [stdin, typed, shown]) stream.destroy();
  return how;
}

/** Raw mode that a signal that ends this process takes back, too. */
export function rawUntilKilled(descriptor: number): () => void {
  const signals = ['SIGHUP', 'SIGINT', 'SIGTERM'] as const;
  const setBack = makeRaw(descriptor);
  const restore = () => {
    setBack();
    for (const signal of signals) process.off(signal, die);
  };
  const die = (signal: NodeJS.Signals) => {
    restore();
    process.kill(process.pid, signal);
  };
  for (const signal of signals) process.on(signal, die);
  return restore;
}

const LOOK_MS = 20;

/**
 * Closes the output when the supervisor has ended and all is read: a process that it has left behind may hold the
 * pipe for ever.
 */
function closeAtEnd(shown: Socket, descriptor: number): () => void {
  let timer: NodeJS.Timeout | undefined;
  const look = () => {
    if (!shown.destroyed && shown.readableLength === 0 && !isReady(descriptor)) shown.destroy();
  };
  const childEnded = () => {
    timer ??= setInterval(look, LOOK_MS);
  };
  process.on('SIGCHLD', childEnded);
  shown.once('close', () => clearInterval(timer));
  return () => {
    process.off('SIGCHLD', childEnded);
    clearInterval(timer);
  };
}

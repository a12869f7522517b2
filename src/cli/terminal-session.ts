import { closeSync, constants, openSync, statfsSync, statSync } from 'node:fs';
import type { Socket } from 'node:net';
import { ReadStream } from 'node:tty';
import { makeRaw, openInRoot, pseudoTerminal, setWindowSize } from '../exec/libc.ts';
import { O } from '../linux/flags.ts';

/**
 * Runs something in a container on a pseudo terminal of its own, joined to the one of this process: what runs there
 * cannot get hold of that, and its end gives it back as it was.
 */
export async function onTerminal<T>(
  initPid: number,
  run: (stdio: readonly number[]) => Promise<T>,
): Promise<T> {
  const { stdin, stdout } = process;
  const { master, slave } = terminalInside(initPid) ?? pseudoTerminal('/dev/ptmx');
  const resize = () => setWindowSize(master, stdout.rows, stdout.columns);
  resize();
  const setBack = makeRaw(stdin.fd);
  const stream = new ReadStream(master);
  stdout.on('resize', resize);
  try {
    stream.on('error', () => undefined); // EIO: nobody has the other end any more
    stream.pipe(stdout, { end: false });
    stdin.pipe(stream as unknown as Socket, { end: false });
    const ended = run([slave, slave, slave]);
    const shown = new Promise((resolve) => stream.once('close', resolve));
    const result = await ended;
    closeSync(slave);
    await Promise.race([shown, new Promise((resolve) => setTimeout(resolve, LAST_WORDS_MS))]);
    return result;
  } finally {
    stdout.off('resize', resize);
    setBack();
    stdin.unpipe();
    stdin.destroy();
    stream.destroy();
  }
}

/** So long what was said last may take to be shown: something left behind may hold the terminal for ever. */
const LAST_WORDS_MS = 200;

/** DEVPTS_SUPER_MAGIC of linux/magic.h, and the numbers of ptmx. */
const [DEVPTS, PTMX] = [0x1cd1, (5 << 8) | 2];

/** Of the terminals that the container has for itself, so that it has a name inside; undefined if that is not what is there. */
function terminalInside(initPid: number): ReturnType<typeof pseudoTerminal> | undefined {
  let root: number | undefined;
  let found: number | undefined;
  try {
    root = openSync(`/proc/${initPid}/root`, constants.O_RDONLY | constants.O_DIRECTORY);
    found = openInRoot(root, '/dev/pts/ptmx', O.O_PATH);
    const path = `/proc/self/fd/${found}`;
    const stats = statSync(path);
    const isPtmx = stats.isCharacterDevice() && stats.rdev === PTMX;
    return isPtmx && statfsSync(path).type === DEVPTS ? pseudoTerminal(path) : undefined;
  } catch {
    return undefined; // none is as good as no terminal of its own
  } finally {
    for (const each of [root, found]) if (each !== undefined) closeSync(each);
  }
}

import { Socket } from 'node:net';
import type { Run } from '../exec/run.ts';

/** Joins this process's terminal, or whatever its standard input and output are, to console 0 until that ends. */
export async function relayConsole({ input, output }: NonNullable<Run['console']>): Promise<void> {
  const { stdin, stdout } = process;
  const typed = new Socket({ fd: input, readable: false, writable: true });
  const shown = new Socket({ fd: output, readable: true, writable: false });
  typed.on('error', () => undefined); // init ended before it had read all
  if (stdin.isTTY) stdin.setRawMode(true);
  stdin.pipe(typed); // its end reaches the container as ^D
  shown.pipe(stdout, { end: false });
  await new Promise((resolve) => shown.once('close', resolve));
  if (stdin.isTTY) stdin.setRawMode(false);
  stdin.destroy();
  typed.destroy();
}

import { spawn } from 'node:child_process';
import { HANGS_MS } from '../tools.ts';

/** What to do when a text has shown: type something, or anything else. */
export type Turn = readonly [
  after: string,
  act: string | ((output: string, type: (keys: string) => void) => void),
];

/** Runs a shell command on a terminal of 33 rows and 101 columns; its output has the turns in their order. */
export function onTerminal(command: string, dialogue: readonly Turn[]): Promise<string> {
  const child = spawn('script', ['-qec', `stty rows 33 cols 101; ${command}`, '/dev/null']);
  const type = (keys: string) => child.stdin.write(keys);
  let output = '';
  let seen = 0;
  const left = [...dialogue];
  child.stdout.on('data', (data: Buffer) => {
    output += data.toString();
    for (let next = left[0]; next !== undefined; next = left[0]) {
      const [after, act] = next;
      const at = output.indexOf(after, seen);
      if (at < 0) return;
      seen = at + after.length;
      if (typeof act === 'string') type(act);
      else act(output, type);
      left.shift();
    }
  });
  return new Promise<string>((resolve, reject) => {
    const waited = setTimeout(() => {
      child.kill('SIGKILL');
      reject(
        new Error(`waited in vain for ${JSON.stringify(left[0]?.[0] ?? 'the end')}: ${output}`),
      );
    }, HANGS_MS);
    child.once('close', () => {
      clearTimeout(waited);
      resolve(output.replaceAll('\r', ''));
    });
  });
}

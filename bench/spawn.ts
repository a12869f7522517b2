import { openSync } from 'node:fs';
import koffi from 'koffi';

/**
 * Runs commands and measures them. posix_spawn(3) costs the same whatever this process weighs (Node's own spawn
 * forks, and copies its page tables), and nothing of Node's event loop stands between the end and the clock.
 */
const libc = koffi.load('libc.so.6');
const posixSpawn = libc.func(
  'int posix_spawn(_Out_ int *pid, const char *path, const void *actions, const void *attributes, const char **argv, const char **envp)',
);
const actionsInit = libc.func('int posix_spawn_file_actions_init(void *actions)');
const actionsDup2 = libc.func(
  'int posix_spawn_file_actions_adddup2(void *actions, int from, int to)',
);
const waitpid = libc.func('int waitpid(int pid, _Out_ int *status, int options)');

/** The standard streams of every command are /dev/null. */
const actions = Buffer.alloc(256);
actionsInit(actions);
const nowhere = openSync('/dev/null', 'r+');
for (const descriptor of [0, 1, 2]) actionsDup2(actions, nowhere, descriptor);

/** A small and fixed environment: what a user has in his own changes no number. */
const environment = ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', null];

/** Absolute path of the program, and the arguments behind it. */
export type Command = readonly [path: string, ...args: readonly string[]];

/** Starts the command. @throws Error if the program cannot be executed */
export function start(command: Command): number {
  const pid = [0];
  const error: number = posixSpawn(pid, command[0], actions, null, [...command, null], environment);
  if (error !== 0) throw new Error(`${command[0]}: errno ${error}`);
  return pid[0] ?? 0;
}

/** Waits for its end; the result is a status as a shell has it. */
export function wait(pid: number): number {
  const status = [0];
  waitpid(pid, status, 0);
  const raw = status[0] ?? 0;
  return (raw & 0x7f) === 0 ? (raw >> 8) & 0xff : 128 + (raw & 0x7f);
}

/** Milliseconds on a clock that only goes forward. */
export const now = (): number => Number(process.hrtime.bigint()) / 1e6;

/** From before the start of the command until it has been waited for, in ms. @throws Error if it fails */
export function time(command: Command): number {
  const from = now();
  const status = wait(start(command));
  const taken = now() - from;
  if (status !== 0) throw new Error(`${command.join(' ')}: status ${status}`);
  return taken;
}

/** SIGKILL, also to what is gone already. */
export function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended by itself.
  }
}

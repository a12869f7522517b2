import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { join } from 'node:path';
import { probeMachine } from '../../src/facts/probe.ts';
import { hasGcc, until } from '../tools.ts';

/** Why nothing can be read of the audit system of the kernel here; undefined if it can. */
export const noAudit: string | undefined =
  process.getuid?.() !== 0
    ? 'needs root'
    : !hasGcc
      ? 'needs gcc'
      : probeMachine().audit
        ? undefined
        : 'needs a kernel with an audit system';

export interface Listener {
  /** The records so far, of containers with this name, each as its type and its text. */
  of(name: string): readonly string[];
  stop(): Promise<void>;
}

/** Switches the audit system on, and listens. @throws Error if that cannot be */
export async function listen(folder: string): Promise<Listener> {
  const program = join(folder, 'audit-listener');
  execFileSync('gcc', ['-O1', '-o', program, join(import.meta.dirname, 'audit-listener.c')]);
  const child: ChildProcess = spawn(program, { stdio: ['pipe', 'pipe', 'inherit'] });
  let text = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
  });
  await until(() => text.startsWith('\n') || child.exitCode !== null, 'the listener listens');
  if (child.exitCode !== null) throw new Error('the audit system cannot be switched on');
  return {
    of: (name) => text.split('\n').filter((line) => line.includes(` vm="${name}" `)),
    stop: async () => {
      child.stdin?.end();
      await ended;
    },
  };
}

/** A record without what differs from one start to the next: its number, and what identifies processes. */
export const withoutNumbers = (record: string): string =>
  record
    .replace(/audit\([^)]*\): pid=\d+ uid=0 auid=\d+ ses=\d+(?: subj=\S+)? /, '')
    .replace(/\b(vm-pid|init-pid|pid-ns)=[1-9]\d*/g, '$1=N')
    .replace(/ exe=\S+/, ' exe=PROGRAM');

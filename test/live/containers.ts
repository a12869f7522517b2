import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findRunning, type Running } from '../../src/state/running.ts';
import { until } from '../tools.ts';

export const lxplain = join(import.meta.dirname, '../../bin/lxplain');

const runtime = '/run/lxplain';

/** Writes a domain on the host's root with this init into the folder; returns the path of the file. */
export function domainFile(
  folder: string,
  name: string,
  init: string,
  args: readonly string[] = [],
  more = '',
): string {
  const text = (each: string) => each.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  const file = join(folder, `${name}.xml`);
  writeFileSync(
    file,
    `<domain type='lxc'>
  <name>${name}</name>
  <memory unit='MiB'>64</memory>
  <os>
    <type>exe</type>
    <init>${init}</init>
${args.map((each) => `    <initarg>${text(each)}</initarg>\n`).join('')}  </os>
${more}</domain>
`,
  );
  return file;
}

/** The same, compiled. */
export function programFile(
  folder: string,
  name: string,
  init: string,
  args: readonly string[] = [],
  more = '',
): string {
  const program = join(folder, name);
  execFileSync(lxplain, ['compile', domainFile(folder, name, init, args, more), '-o', program]);
  return program;
}

export const running = (name: string): Running | undefined => findRunning(runtime, name);

export const hasEnded = (name: string): boolean => !existsSync(join(runtime, name));

/** Waits until the container runs. */
export async function started(name: string): Promise<Running> {
  await until(() => running(name)?.initPid !== undefined, `${name} starts`);
  return running(name)!;
}

/** The processor time of a process in ticks, and its state. */
export function stat(pid: number): { readonly state: string; readonly ticks: number } {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  return { state: fields[0]!, ticks: Number(fields[11]) + Number(fields[12]) };
}

/** Waits until a process sleeps and goes on sleeping: what it writes nobody takes, for instance. */
export async function stuck(pid: number): Promise<void> {
  let before = -1;
  let quiet = 0;
  await until(() => {
    const { state, ticks } = stat(pid);
    quiet = state === 'S' && ticks === before ? quiet + 1 : 0;
    before = ticks;
    return quiet === 20;
  }, `process ${pid} is stuck`);
}

/** Ends what a failed test has left. */
export function destroyIfThere(name: string): void {
  if (running(name) !== undefined) spawnSync(lxplain, ['destroy', name]);
}

import { ReadStream, WriteStream } from 'node:tty';
import {
  consoleBusy,
  consoleSilent,
  escapeInvalid,
  needsTerminal,
  noConsole,
} from '../../diagnostics/catalog/cli.ts';
import { attach, takeOver } from '../../exec/console.ts';
import { openMaster, openTerminal } from '../../exec/terminal.ts';
import { logDirectory } from '../../facts/probe.ts';
import { logOf } from '../../state/log.ts';
import { Failure } from '../failure.ts';
import { findRunningDomain } from '../find-known.ts';
import { lineCountIn } from '../line-count.ts';
import { LogText, lastLines } from '../log-text.ts';
import { print } from '../output.ts';
import { rawUntilKilled } from '../relay.ts';

interface Options {
  readonly devname?: string;
  readonly force?: boolean;
  readonly safe?: boolean;
  readonly escape: string;
  readonly tail?: string;
}

/** Joins the terminal to a console of a domain that runs, until the escape character or the end of the container. */
export async function attachConsole(text: string, options: Options): Promise<void> {
  const leave = escapeIn(options.escape);
  const lines = options.tail === undefined ? undefined : lineCountIn(options.tail);
  const { name, running } = findRunningDomain(text);
  if (!process.stdin.isTTY) throw new Failure([needsTerminal()]);
  const { supervisorPid } = running;
  const number = numberIn(name, options.devname);
  const masters = openMaster(supervisorPid, number, 2);
  const [reader, writer] = masters ?? [];
  if (reader === undefined || writer === undefined)
    throw new Failure([noConsole(name, options.devname ?? 'console0')]);
  if (options.force === true) takeOver(supervisorPid, number);
  const attached = attach(supervisorPid, number);
  if (attached.kind === 'busy') throw new Failure([consoleBusy(name, number, attached.holder)]);
  if (attached.kind === 'silent') throw new Failure([consoleSilent(name)]);
  print(
    `Connected to domain '${name}'\nEscape character is ${options.escape} (Ctrl + ${options.escape.slice(1)})\n`,
  );
  if (lines !== undefined) print(lastWords(name, number, lines));
  const how = await relay(supervisorPid, number, leave, reader, writer);
  print(how === 'left' ? `\nDomain '${name}' goes on: 'lxplain destroy ${name}' ends it\n` : '\n');
  process.exit(0); // the console is free when this process has ended
}

/** What nobody has read on a console before somebody did. */
function lastWords(name: string, number: number, lines: number): string {
  const text = new LogText(true);
  const all = logOf(logDirectory(), name, number).read();
  return lastLines(all.map((entry) => text.add(entry)).join(''), lines);
}

function numberIn(name: string, device: string | undefined): number {
  if (device === undefined) return 0;
  const [, digits] = /^console(\d{1,4})$/.exec(device) ?? [];
  if (digits === undefined) throw new Failure([noConsole(name, device)]);
  return Number(digits);
}

/** `^]`, or any character behind a `^`. */
function escapeIn(text: string): number {
  const code = text.charCodeAt(1) & 0x1f;
  if (!/^\^[@-_a-z]$/.test(text)) throw new Failure([escapeInvalid(text)]);
  return code;
}

async function relay(
  supervisorPid: number,
  number: number,
  leave: number,
  reader: number,
  writer: number,
): Promise<'ended' | 'left'> {
  const { stdin, stdout } = process;
  const shown = new ReadStream(reader);
  const typed = new WriteStream(writer);
  const restore = rawUntilKilled(stdin.fd);
  const terminal = stdout.isTTY ? openTerminal(supervisorPid, number) : undefined;
  const resize = () => terminal?.resize(stdout.rows, stdout.columns);
  resize();
  stdout.on('resize', resize);
  const how = await new Promise<'ended' | 'left'>((resolve) => {
    const end = () => resolve('ended');
    typed.on('error', end);
    shown.on('error', end).on('end', end).on('close', end);
    shown.on('data', (data: Buffer) => {
      if (!stdout.write(data)) {
        shown.pause();
        stdout.once('drain', () => shown.resume());
      }
    });
    stdin.on('data', (keys: Buffer) => {
      const at = keys.indexOf(leave);
      typed.write(at < 0 ? keys : keys.subarray(0, at));
      if (at >= 0) resolve('left');
    });
    stdin.on('end', () => resolve('left')).on('error', () => resolve('left'));
  });
  stdout.off('resize', resize);
  terminal?.close();
  restore();
  return how;
}

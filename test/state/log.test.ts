import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { LogText, lastLines } from '../../src/cli/log-text.ts';
import { Log, type LogEntry, logFailure, renameLog } from '../../src/state/log.ts';

// What is kept of a container, as the program writes it (src/lower/log.ts): read while it grows, and damaged.

let root: string;
let folder: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'lxplain-log-'));
});
beforeEach(() => {
  folder = mkdtempSync(join(root, 'vm'));
});
afterAll(() => rmSync(root, { recursive: true }));

const piece = (second: number, text: string) => {
  const length = String(Buffer.byteLength(text)).padStart(4, '0');
  return `\x1e${1_795_800_000 + second}.000000000 ${length}\n${text}`;
};
const started = '{"time":1795800000.500000000,"event":"started","init":      7135}\n';
const ended =
  '{"time":1795800009.000000000,"event":"ended","status":       768,"asked":         0,"told":         0,"memoryKills":         0}\n';

const write = (name: string, text: string) => writeFileSync(join(folder, name), text);
const text = (entries: readonly LogEntry[], isAlone = false) => {
  const all = new LogText(isAlone);
  const shown = entries.map((entry) => all.add(entry)).join('') + all.end();
  return shown.replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/g, 'TIME');
};

describe('the log of a container', () => {
  test('events and what was said, in the order of time', () => {
    write('life', started + ended);
    write('console0', piece(2, 'one\r\n') + piece(4, 'two\r\n'));
    write('console1', piece(3, 'other\r\n'));
    expect(text(new Log(folder).read())).toBe(
      '-- TIME started, init is process 7135\none\nconsole1: other\ntwo\n-- TIME ended: status 3\n',
    );
    expect(text(new Log(folder, 1).read(), true)).toBe('other\n');
  });

  test('a line that comes in parts, and characters that are cut', () => {
    const euro = Buffer.from('€');
    const cut = (part: Uint8Array): LogEntry => ({
      timeMs: 0,
      kind: 'said',
      console: 0,
      bytes: part,
    });
    expect(text([cut(euro.subarray(0, 1)), cut(euro.subarray(1)), cut(Buffer.from(' x'))])).toBe(
      '€ x\n',
    );
  });

  test('an event ends a line that has no end', () => {
    write('life', ended);
    write('console0', piece(1, 'login: '));
    expect(text(new Log(folder).read())).toBe('login: \n-- TIME ended: status 3\n');
  });

  test('each part is read once, also when the log becomes the older one', () => {
    const log = new Log(folder, 0);
    write('console0', piece(1, 'a\n'));
    expect(text(log.read(), true)).toBe('a\n');
    expect(log.read()).toEqual([]);
    const longer = piece(1, 'a\n') + piece(2, 'b\n');
    write('console0', `${longer}${piece(3, 'half').slice(0, 20)}`);
    expect(text(log.read(), true)).toBe('b\n');
    write('console0', longer + piece(3, 'half\n'));
    renameSync(join(folder, 'console0'), join(folder, 'console0.1'));
    write('console0', piece(4, 'new\n'));
    expect(text(log.read(), true)).toBe('half\nnew\n');
    expect(text(new Log(folder, 0).read(), true)).toBe('a\nb\nhalf\nnew\n');
  });

  test('what is damaged is left out, and nothing behind it', () => {
    const whole = piece(1, 'a\n');
    write('console0', `${whole}${piece(2, 'lost').slice(0, 15)}${piece(3, 'c\n')}`);
    expect(text(new Log(folder, 0).read(), true)).toBe('a\nc\n');
    write('console1', `no head\n${piece(3, 'c\n')}`);
    expect(text(new Log(folder, 1).read(), true)).toBe('c\n');
    write('life', `{"time":17\n[]\nnull\n{"event":"other"}\n${ended}`);
    expect(new Log(folder).read().filter(({ kind }) => kind !== 'said')).toHaveLength(1);
  });

  test('what a container says looks like a piece, and is none', () => {
    const trick = piece(5, 'x').slice(0, 27);
    write('console0', piece(1, `${trick}\n`) + piece(2, 'next\n'));
    expect(new Log(folder, 0).read()).toHaveLength(2);
  });

  test.for([
    [{ status: 0, signal: 0, wasAsked: true, memoryKills: 0 }, 'status 0, as it was asked to'],
    [{ status: 9, signal: 0, wasAsked: false, memoryKills: 0 }, 'SIGKILL'],
    [
      { status: 9, signal: 0, wasAsked: false, memoryKills: 1 },
      'SIGKILL; a process was killed as its memory was used up',
    ],
    [
      { status: 0, signal: 0, wasAsked: false, memoryKills: 4 },
      'status 0; 4 processes were killed as its memory was used up',
    ],
    [{ status: 143 << 8, signal: 15, wasAsked: false, memoryKills: 0 }, 'destroyed'],
    [
      { status: 143 << 8, signal: 15, wasAsked: true, memoryKills: 0 },
      'killed, as it did not end when it was asked to',
    ],
    [{ status: 130 << 8, signal: 2, wasAsked: false, memoryKills: 0 }, 'killed at a SIGINT'],
    [{ status: 1, signal: 0, wasAsked: false, memoryKills: 0 }, 'reboot'],
  ] as const)('%#', ([end, words]) => {
    expect(text([{ timeMs: 0, kind: 'ended', ...end }])).toBe(`-- TIME ended: ${words}\n`);
  });

  test('a failed start, and another name', () => {
    logFailure(root, 'never', 'step 31 mount.attach: ENOENT');
    expect(text(new Log(join(root, 'never')).read())).toBe(
      '-- TIME failed to start: step 31 mount.attach: ENOENT\n',
    );
    renameLog(root, 'never', 'once');
    expect(new Log(join(root, 'once')).read()).toHaveLength(1);
    expect(new Log(join(root, 'never')).read()).toEqual([]);
  });

  test('the last lines', () => {
    expect(lastLines('a\nb\nc\n', 2)).toBe('b\nc\n');
    expect(lastLines('a\nb\nc', 2)).toBe('b\nc');
    expect(lastLines('a\n', 5)).toBe('a\n');
    expect(lastLines('a\n', 0)).toBe('');
  });
});

import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { print } from '../output.ts';

/** @see libvirt 9.0, src/util/virhostmem.c, virHostMemGetStats */
export function nodememstats(): void {
  const of = memoryFigures();
  const rows = [
    ['total', of('MemTotal')],
    ['free', of('MemFree')],
    ['buffers', of('Buffers')],
    ['cached', of('Cached')],
  ] as const;
  print(`${rows.map(([name, kib]) => `${name.padEnd(7)}: ${kib.padStart(20)} KiB\n`).join('')}\n`);
}

function memoryFigures(): (name: string) => string {
  const text = readFileSync('/proc/meminfo', 'latin1');
  return (name) => new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(text)?.[1] ?? '0';
}

const TICK_NS = 10_000_000n;

/** User, system, idle and waiting for input and output, in nanoseconds. @see proc_stat(5) */
function processorTimes(): Readonly<Record<'user' | 'system' | 'idle' | 'iowait', bigint>> {
  const [first = ''] = readFileSync('/proc/stat', 'latin1').split('\n');
  const [user = 0n, nice = 0n, system = 0n, idle = 0n, iowait = 0n, irq = 0n, softirq = 0n] = first
    .split(/\s+/)
    .slice(1)
    .map(BigInt);
  return {
    user: (user + nice) * TICK_NS,
    system: (system + irq + softirq) * TICK_NS,
    idle: idle * TICK_NS,
    iowait: iowait * TICK_NS,
  };
}

/** As long as virsh looks. */
const SAMPLE_MS = 1000;

export async function nodecpustats({ percent }: { readonly percent?: boolean }): Promise<void> {
  const before = processorTimes();
  if (percent !== true) {
    const rows = Object.entries(before).map(
      ([name, ns]) => `${`${name}:`.padEnd(15)} ${String(ns).padStart(20)}\n`,
    );
    return print(`${rows.join('')}\n`);
  }
  await pause(SAMPLE_MS);
  const after = processorTimes();
  const spent = (name: keyof typeof before) => Number(after[name] - before[name]);
  const names = ['user', 'system', 'idle', 'iowait'] as const;
  const total = names.reduce((sum, name) => sum + spent(name), 0) || 1;
  const usage = spent('user') + spent('system');
  const rows = [['usage', usage] as const, ...names.map((name) => [name, spent(name)] as const)];
  const lines = rows.map(
    ([name, ns]) => `${`${name}:`.padEnd(15)} ${((ns / total) * 100).toFixed(1).padStart(5)}%\n`,
  );
  print(`${lines.join('')}\n`);
}

/** `0-3,7` as numbers. */
function numbersOf(file: string): readonly number[] {
  const text = readFileSync(`/sys/devices/system/cpu/${file}`, 'latin1').trim();
  return text.split(',').flatMap((range) => {
    const [first = 0, last = first] = range.split('-').map(Number);
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  });
}

export function nodecpumap(): void {
  const [present, online] = [numbersOf('present'), numbersOf('online')];
  const map = present.map((cpu) => (online.includes(cpu) ? 'y' : '-')).join('');
  const rows = [
    ['CPUs present', present.length],
    ['CPUs online', online.length],
    ['CPU map', map],
  ] as const;
  print(`${rows.map(([name, value]) => `${`${name}:`.padEnd(15)} ${value}\n`).join('')}\n`);
}

export function freecell({ all }: { readonly all?: boolean }): void {
  const nodes = readdirSync('/sys/devices/system/node')
    .map((name) => /^node(\d+)$/.exec(name)?.[1])
    .filter((node) => node !== undefined)
    .map((node) => {
      const text = readFileSync(`/sys/devices/system/node/node${node}/meminfo`, 'latin1');
      return [node, Number(/MemFree:\s+(\d+)/.exec(text)?.[1] ?? 0)] as const;
    });
  const sum = nodes.reduce((total, [, kib]) => total + kib, 0);
  if (all !== true) return print(`Total: ${sum} KiB\n\n`);
  const row = (label: string, kib: number) =>
    `${label.padStart(5)}: ${String(kib).padStart(10)} KiB\n`;
  const lines = nodes.map(([node, kib]) => row(node, kib));
  print(`${lines.join('')}${'-'.repeat(20)}\n${row('Total', sum)}\n`);
}

/** What the shell of virsh has, for scripts that give several commands in one argument. */
export const echo = (words: readonly string[]): void => print(`${words.join(' ')}\n`);

import { readFileSync, readlinkSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { findRunning } from '../src/state/running.ts';
import type { Libvirtd } from '../test/peers/libvirtd.ts';
import { lxcStart, lxplainProgram } from './contestants.ts';
import { type Outcome, sleep } from './rounds.ts';
import { type Command, kill, now, start, wait } from './spawn.ts';
import { planOf, type Work, writeDomain } from './work.ts';

const START_MS = 5000;

/** The init of a supervisor, once it executes the program in the container. */
export function initOf(supervisor: number): number | undefined {
  try {
    const children = readFileSync(`/proc/${supervisor}/task/${supervisor}/children`, 'utf8');
    return children
      .split(' ')
      .filter(Boolean)
      .map(Number)
      .find((pid) => readlinkSync(`/proc/${pid}/exe`).endsWith('/busybox'));
  } catch {
    return undefined;
  }
}

export function awaitInit(supervisor: number): number {
  for (const deadline = now() + START_MS; now() < deadline; sleep(1)) {
    const init = initOf(supervisor);
    if (init !== undefined) return init;
  }
  throw new Error('its init did not start');
}

/** Proportional set size in KiB. @see proc(5), smaps_rollup */
const pss = (pid: number): number =>
  Number(/^Pss:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1]);

/** The kernel puts the stack elsewhere each time, so that it lies on a page more or less. */
const SAMPLES = 9;

const outcome = (take: () => number, count: number): Outcome => {
  try {
    return { kind: 'measured', samples: Array.from({ length: count }, take) };
  } catch (cause) {
    return { kind: 'missing', why: (cause as Error).message };
  }
};

function monitor(command: () => Command): Outcome {
  return outcome(() => {
    const pid = start(command());
    try {
      const init = awaitInit(pid);
      const kib = pss(pid);
      kill(init);
      return kib;
    } finally {
      wait(pid);
    }
  }, SAMPLES);
}

/** Of a container that the command line has started: it needs no texts of errors. */
function created(of: Work): Outcome {
  const lxplain = join(import.meta.dirname, '../bin/lxplain');
  const name = 'bench-created-pss';
  const { runtimeDirectory } = planOf(name, of).facts;
  return outcome(() => {
    const status = wait(start([lxplain, 'create', writeDomain(name, of)]));
    const running = findRunning(runtimeDirectory, name);
    if (running === undefined) throw new Error(`lxplain create: status ${status}`);
    try {
      return pss(running.supervisorPid);
    } finally {
      wait(start([lxplain, 'destroy', name]));
    }
  }, SAMPLES);
}

export const CREATED = 'lxplain create';

/** KiB of the process that stays beside a container that sleeps. */
export function monitors(of: Work, libvirtd: Libvirtd | string): ReadonlyMap<string, Outcome> {
  const libvirt = () => {
    if (typeof libvirtd === 'string') throw new Error(libvirtd);
    const name = 'bench-virsh-pss';
    const { status, stderr } = libvirtd.virsh('create', writeDomain(name, of));
    if (status !== 0) throw new Error(stderr.split('\n')[0]);
    try {
      return pss(Number(readFileSync(join(libvirtd.root, `run/libvirt/lxc/${name}.pid`), 'utf8')));
    } finally {
      libvirtd.virsh('destroy', name);
    }
  };
  return new Map([
    [CREATED, created(of)],
    [
      'a compiled program, in the foreground',
      monitor(() => lxplainProgram('bench-lxplain-pss', of)),
    ],
    ['lxc-start -F', monitor(() => lxcStart('bench-lxc-pss', of))],
    ['libvirt_lxc', outcome(libvirt, SAMPLES)],
  ]);
}

/** Bytes of the compiled program of the work. */
export const programSize = (of: Work): Outcome =>
  outcome(() => {
    const [file] = lxplainProgram(`bench-size-${of.mapped ? 'mapped' : 'plain'}`, of);
    return statSync(file).size;
  }, 1);

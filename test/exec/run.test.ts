import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { generate } from '../../src/codegen/generate.ts';
import { runProgram } from '../../src/exec/run.ts';
import type { Arch } from '../../src/linux/syscalls.ts';
import { Assembly, words } from '../../src/lower/assembly.ts';
import { address, field, int, NULL } from '../../src/program/operands.ts';

const arch: Arch | undefined = ({ x64: 'x86_64', arm64: 'aarch64' } as const)[
  process.arch as 'x64'
];
const why =
  process.platform === 'linux' && arch !== undefined
    ? ''
    : ' (skipped: needs Linux on x86-64 or arm64)';

/** A program whose child keeps all its descriptors for a minute, as an init does that was not told to go on. */
function leavesAChild(of: Arch): Uint8Array {
  const out = new Assembly(of);
  const SIGCHLD = 17;
  out.variable('clone_args', 88, words([8, 0], [8, 0], [8, 0], [8, 0], [8, SIGCHLD]));
  const minute = out.constant('minute', words([8, 60], [8, 0]), '{tv_sec=60, tv_nsec=0}');
  out.variable('failed', 16);
  out.label('start');
  out.call('clone3', [address('clone_args'), int(88)], { onError: false, child: 'child' });
  out.call('exit_group', [int(0)], { onError: false });
  out.label('child');
  out.call('ppoll', [NULL, int(0), minute, NULL, int(0)], { onError: false });
  out.call('exit_group', [int(0)], { onError: false });
  const failure = { step: field('failed', 0, 8), errno: field('failed', 8, 8) };
  const kept = { ...out.between, handles: new Map(), acrossPivot: [] };
  return generate({ entry: 'start', data: out.data, code: out.code, failure, kept }, of, []);
}

/** The processes of a session: a program that is run gets one of its own. */
function ofSession(session: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
          .replace(/^.*\) /, '')
          .split(' ');
        return fields[0] !== 'Z' && Number(fields[3]) === session;
      } catch {
        return false;
      }
    })
    .map(Number);
}

test.skipIf(why !== '')(
  `who starts a program does not wait for what it leaves behind${why}`,
  () => {
    const { supervisorPid, started } = runProgram(leavesAChild(arch!), 'test', false);
    expect(started).toEqual({ kind: 'lost' });
    const left = ofSession(supervisorPid);
    expect(left).toHaveLength(1);
    for (const pid of left) process.kill(pid, 'SIGKILL');
  },
);

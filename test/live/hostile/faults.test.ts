import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { errnoNumber } from '../../../src/linux/errno.ts';
import { HANGS_MS, hasStrace, until } from '../../tools.ts';
import { compileTo, detached, domainXml, foreground, noContainer, skipped } from '../domains.ts';
import { type Cgroups, type Kind, kinds, makeFiles, withCgroups } from './containers.ts';
import { type Host, hostNow, leftOf, sweep, terminals } from './host.ts';
import { type Call, inject, type Outcome, type Rule } from './injector.ts';
import { Tally } from './tally.ts';
import { noTools } from './tools.ts';

// Every system call of a container's life fails once. All of them: npm run test:faults.

const whole = process.env.LXPLAIN_WHOLE !== undefined;
const reason = noTools ?? noContainer;
const why = skipped(reason);

const lxplain = join(import.meta.dirname, '../../../bin/lxplain');

let folder: string;
let before: Host;
let ptys: number;

beforeAll(() => {
  if (reason !== undefined) return;
  folder = mkdtempSync(join(tmpdir(), 'lxplain-faults-'));
  makeFiles(folder);
  before = hostNow();
  ptys = terminals();
});
afterAll(() => {
  if (reason === undefined) rmSync(folder, { recursive: true });
});

const errors = ['EIO', 'ENOSPC', 'EPERM', 'ENOMEM'] as const;
type ErrorName = (typeof errors)[number];

/** Where all goes on although a call has failed, and why that is right: reviewed one by one. */
const tolerated: readonly Tolerated[] = [
  {
    op: 'console.create',
    call: 'ioctl TIOCGWINSZ',
    why: 'asks whether standard input is a terminal',
  },
  { op: 'console.relay', call: 'ioctl TCGETS', why: 'asks whether standard input is a terminal' },
  {
    op: 'console.relay',
    call: 'ioctl TIOCGPGRP',
    why: 'asks whether the terminal is of this session',
  },
  { op: 'console.relay', call: 'ioctl TIOCGPTN', why: 'asks whether it is a master' },
  {
    op: 'console.relay',
    call: 'fcntl',
    why: 'a standard descriptor that cannot be opened once more has to do itself',
  },
  { op: 'console.relay', call: 'openat', why: 'the same' },
  {
    op: 'console.relay',
    call: 'writev',
    why: 'what the client cannot take is lost, and the container goes on',
  },
  {
    op: 'console.relay',
    call: 'read',
    why: 'EIO is the end of a terminal; and what its end still holds is a courtesy',
  },
  {
    op: 'init.started',
    call: 'write',
    why: 'a driver that does not listen does not end a container',
  },
  {
    op: 'init.started',
    call: 'close',
    why: 'it has been told; what is not closed is closed at the end',
  },
  // What the guard does has no symbol of its own: it stands behind init's last step.
  { op: 'exec', call: 'ppoll', why: 'the guard asks again' },
  {
    op: 'console.relay',
    call: 'close',
    why: 'nobody reads /proc/meminfo any more; what is not closed is closed at the end',
  },
  { op: 'console.relay', call: 'pread64', why: "/proc/meminfo is the host's then" },
  ...['log.life', 'console.relay', 'init.reap'].flatMap((op) =>
    ['clock_gettime', 'openat', 'mkdirat', 'lseek', 'renameat', 'read', 'write', 'close'].map(
      (call) => ({ op, call, why: 'a log that cannot be written ends no container' }),
    ),
  ),
  { op: 'proc.serve', call: 'clock_gettime', why: '/proc/uptime is that of the machine then' },
  { op: 'audit.open', call: 'readlinkat', why: 'the records lack the name of the program' },
  { op: 'audit.start', call: 'statx', why: 'the record of init lacks its pid namespace' },
  { op: 'audit.start', call: 'writev', why: 'the record is lost' },
  { op: 'audit.stop', call: 'writev', why: 'the record is lost' },
  { op: 'guard.end', call: 'wait4', why: 'the guard has got its signal' },
  { op: 'cgroup.remove', call: 'unlinkat', why: 'is tried again for two seconds' },
  { op: 'state.remove', call: 'unlinkat', why: 'the directory of all containers may have others' },
];

interface Tolerated {
  readonly op: string;
  readonly call: string;
  readonly why: string;
}

/** Cannot fail, or nobody is left who could hear of it. */
const infallible = ['exit_group'];

/** Of a program that `create` runs no symbols are read: before the relay nobody but the guard waits by this call. */
const isOfGuard = (hit: Call | undefined): boolean =>
  hit !== undefined &&
  hit.process !== 0 &&
  tolerated.some(({ op, call }) => op === 'exec' && call === hit.name);

const opOf = ({ symbol }: Call): string => symbol.replace(/^step\d+\./, '');
const stepOf = ({ symbol }: Call): number => Number(/^step(\d+)\./.exec(symbol)?.[1]);

/** The status of the container's init, if nothing keeps it from running. */
const STATUS = 7;

/** What became of a container of which a call failed. Any but the first five is wrong. */
type Verdict =
  /** Its step was told, and nothing is left. */
  | 'clean'
  /** The same, but the driver had been told before that it has started. */
  | 'ended'
  | 'tolerated'
  /** What was not removed was told, and `clean` has removed it. */
  | 'cleanable'
  /** The call was not made this time. */
  | 'missed'
  | 'wrong message'
  | 'no failure'
  | 'leak'
  | 'hang';

function judge(name: string, error: ErrorName, outcome: Outcome, left: readonly string[]): Verdict {
  const { hit, status } = outcome;
  if (hit === undefined || infallible.includes(hit.name)) return 'missed';
  if (outcome.hang) return 'hang';
  if (outcome.alive.length > 0) return 'leak';
  if (left.length > 0) {
    // A driver hears no more of a container that it was told has started: who looks for it finds what is left.
    const told = hasStarted(outcome) ? status === 1 : wasTold(name, error, outcome);
    const may = told && asksForClean.includes(opOf(hit));
    execFileSync(lxplain, ['clean', name]);
    return may && leftOf(name, before).length === 0 ? 'cleanable' : 'leak';
  }
  const goesOn = tolerated.some(({ op, call }) => op === opOf(hit) && call === hit.name);
  if (status === STATUS) return goesOn ? 'tolerated' : 'no failure';
  if (hasStarted(outcome) && status === 1) return 'ended';
  return wasTold(name, error, outcome) ? 'clean' : 'wrong message';
}

/** Steps that undo: if they fail, something stays. */
const asksForClean = ['cgroup.remove', 'state.remove'];

/** Whether what failed was told, by the step that it belongs to. */
function wasTold(
  name: string,
  error: ErrorName,
  { hit, status, stderr, record }: Outcome,
): boolean {
  const pattern = new RegExp(
    `^(?:\\S+:\\d+:\\d+: )?error: ${name}: step (\\d+) .*: ${error}\n(?: *note: .*\n)?$`,
  );
  const step = record.length === RECORD ? failedStep(record) : pattern.exec(stderr)?.[1];
  return status === 1 && hit !== undefined && Number(step) === stepOf(hit);
}

/** What the driver reads. @see src/exec/run.ts */
const RECORD = 24;
const [STARTED, FAILED] = [1, 2];

const hasStarted = ({ record }: Outcome): boolean =>
  record.length > 0 && record.readUInt32LE(0) === STARTED;

const failedStep = (record: Buffer): number =>
  record.readUInt32LE(0) === FAILED ? record.readUInt32LE(4) : Number.NaN;

const right: readonly Verdict[] = ['clean', 'ended', 'tolerated', 'cleanable', 'missed'];

function describe(
  { hit, status, stderr, record, alive }: Outcome,
  left: readonly string[],
): string {
  const call = `call ${hit?.count} of process ${hit?.process}, ${hit?.symbol} ${hit?.name}`;
  const rest = [...alive, ...left].join(', ');
  return `${call}: status ${status}, told '${stderr.trim()}${record.toString('hex')}', left: ${rest}`;
}

/** Of what is wrong with all, a part is enough. */
const ENOUGH = 30;

async function everyCall(
  title: string,
  kind: Kind,
  cgroups: Cgroups,
  asDetached: boolean,
  chosen: (index: number) => readonly ErrorName[],
): Promise<void> {
  const name = `lxplain-faults-${kind}`;
  sweep(name); // what a test that was interrupted has left
  const init = ['/bin/sh', '-c', `cat /proc/meminfo > /dev/null; exit ${STATUS}`];
  const program = join(folder, `${kind}-${cgroups}-${asDetached}`);
  const xml = domainXml(name, { init, ...kinds[kind](folder) });
  await compileTo(program, xml, asDetached ? detached : foreground, withCgroups(cgroups));
  const run = { program, detached: asDetached };
  inject(folder, run); // makes the mount points: from now on the calls are the same each time
  const dry = inject(folder, { ...run, list: true });
  expect(dry).toMatchObject({ status: STATUS, alive: [] });
  // The first call of all is the execution of the program itself.
  const calls = dry.calls.filter(
    ({ symbol, name }) => symbol !== '?' && !infallible.includes(name),
  );
  expect(calls.length).toBeGreaterThan(100);
  const tally = new Tally();
  for (const [index, call] of calls.entries()) {
    for (const error of tally.problems.length < ENOUGH ? chosen(index) : []) {
      const rule = { ...call, error: errnoNumber(error) ?? 0 };
      const outcome = inject(folder, { ...run, rule });
      const left = leftOf(name, before);
      const verdict = judge(name, error, outcome, left);
      tally.took(outcome.cleanMs);
      if (right.includes(verdict)) tally.add(verdict);
      else tally.wrong(verdict, `${verdict}: ${error} at ${describe(outcome, left)}`);
      sweep(name);
    }
  }
  const verdicts = [...right, 'wrong message', 'no failure', 'leak', 'hang'];
  console.log(tally.summary(`${title}: ${calls.length} calls`, verdicts));
  expect(tally.problems).toEqual([]);
  // Other programs of the host open terminals, too, and close them.
  await until(() => terminals() <= ptys, 'the terminals are closed');
}

/** Of every call one error after the other, and of `npm test` only every eleventh. */
const sample = (index: number): readonly ErrorName[] =>
  index % 11 === 0 ? [errors[index % errors.length] ?? 'EIO'] : [];

const cases = (['v1', 'v2'] as const).flatMap((cgroups) =>
  (Object.keys(kinds) as Kind[]).map((kind) => [kind, cgroups] as const),
);

test.skipIf(reason !== undefined).each(cases)(
  `%s, %s: whatever call fails, its step is told and nothing is left${why}`,
  (kind, cgroups) =>
    everyCall(`${kind}, ${cgroups}`, kind, cgroups, false, whole ? () => errors : sample),
  3_600_000,
);

test.skipIf(reason !== undefined).each(['plain', 'mapped'] as const)(
  `%s, as create runs it: whatever call fails, its step is told and nothing is left${why}`,
  (kind) => everyCall(`${kind}, detached`, kind, 'v1', true, whole ? () => errors : sample),
  3_600_000,
);

test.skipIf(reason !== undefined).each(['plain', 'mapped'] as const)(
  `%s, create: whatever call of a start fails, its step and its line are told and nothing is left${why}`,
  (kind) => {
    const name = `lxplain-faults-create-${kind}`;
    const file = join(folder, `${name}.xml`);
    writeFileSync(file, domainXml(name, { init: ['/bin/true'], ...kinds[kind](folder) }));
    sweep(name);
    const create = (rule?: Rule) => {
      const run = {
        program: lxplain,
        args: ['create', file],
        follow: `lxplain: ${name}`,
        list: true,
      };
      return inject(folder, rule === undefined ? run : { ...run, rule });
    };
    create(); // makes the mount points: from now on the calls are the same each time
    const dry = create();
    expect(dry.driver).toBe(0);
    const steps = JSON.parse(
      execFileSync(lxplain, ['plan', file, '--json'], { encoding: 'utf8' }),
    ).steps;
    // Until init is executed: of what fails later, create cannot tell.
    const end = dry.calls.findLastIndex(({ process, name }) => process !== 0 && name === 'execve');
    const calls = dry.calls.slice(1, end + 1).filter(({ name }) => !name.startsWith('ioctl T'));
    const chosen = calls.filter((_, index) => whole || index % 29 === 3);
    expect(calls.length).toBeGreaterThan(100);
    expect(chosen.length).toBeGreaterThan(2);
    const problems: string[] = [];
    for (const call of chosen) {
      const { hit, driver, stdout, stderr, alive } = create({ ...call, error: 5 });
      const left = [...alive, ...leftOf(name, before)];
      const [, step = ''] = new RegExp(`error: ${name}: step (\\d+) .*: EIO`).exec(stderr) ?? [];
      const { origin } = steps[Number(step) - 1] ?? {};
      const at = origin?.line === undefined ? '' : `${file}:${origin.line}:${origin.column}: `;
      const told =
        driver === 1 &&
        stdout === '' &&
        (hit === undefined || (origin !== undefined && stderr.startsWith(`${at}error: `)));
      if ((told || (driver === 0 && isOfGuard(hit))) && left.length === 0) continue;
      problems.push(
        `call ${call.count} of process ${call.process}, ${call.name}: ${driver}, ${stderr}, ${left.join()}`,
      );
      sweep(name);
    }
    console.log(`create, ${kind}: ${chosen.length} calls, ${problems.length} problems`);
    expect(problems).toEqual([]);
  },
  3_600_000,
);

const whyStrace = why || (hasStrace ? '' : ' (skipped: needs strace)');

test.skipIf(whyStrace !== '')(`create: a program that cannot be run is told of${whyStrace}`, () => {
  const name = 'lxplain-faults-lost';
  const file = join(folder, `${name}.xml`);
  writeFileSync(file, domainXml(name, { init: ['/bin/true'], ...kinds.plain(folder) }));
  const { status, stdout, stderr } = spawnSync(
    'strace',
    ['-f', '-o', '/dev/null', '-e', 'inject=setsid:error=EIO', lxplain, 'create', file],
    { encoding: 'utf8', input: '', timeout: HANGS_MS },
  );
  expect({ status, stdout, left: leftOf(name, before) }).toEqual({
    status: 1,
    stdout: '',
    left: [],
  });
  expect(stderr).toMatch(/^error: .*posix_spawn: EIO .* \[start\/not-run\]\n$/);
});

test.skipIf(whyStrace !== '')(
  `a group that cannot be removed is reported, and clean finds it in the journal${whyStrace}`,
  async () => {
    const name = 'lxplain-faults-left';
    const xml = domainXml(name, { init: ['/bin/true'], ...kinds.plain(folder) });
    const program = join(folder, 'left');
    await compileTo(program, xml);
    const { status, stderr } = spawnSync(
      'strace',
      ['-f', '-o', '/dev/null', '-e', 'inject=unlinkat:error=EBUSY', program],
      { encoding: 'utf8', input: '', timeout: HANGS_MS },
    );
    expect(status).toBe(1);
    expect(stderr).toMatch(
      /^(?:\S+: )?error: lxplain-faults-left: step \d+ cgroup\.remove \S+: EBUSY\n(?: *note: .*\n)?$/,
    );
    expect(leftOf(name, before).length).toBeGreaterThan(1);
    execFileSync(lxplain, ['clean', name]);
    expect(leftOf(name, before)).toEqual([]);
  },
);

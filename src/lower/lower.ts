import { invariant } from '../diagnostics/invariant.ts';
import { printable } from '../diagnostics/printable.ts';
import type { Arch } from '../facts/facts.ts';
import { errnoName } from '../linux/errno.ts';
import { signals } from '../linux/flags.ts';
import { conditionsOf } from '../plan/conditions.ts';
import { describe } from '../plan/describe.ts';
import type { End, Plan, PlanStep, StepOf } from '../plan/plan.ts';
import { firstOf } from '../plan/steps-of.ts';
import { address, field, int, load, NULL, string, value } from '../program/operands.ts';
import type { Program } from '../program/program.ts';
import { Assembly, failedErrno, failedStep } from './assembly.ts';
import { lowerCause } from './causes.ts';
import { keptHandles } from './kept.ts';
import { KERNEL_SAYS, kernelText, talks } from './link.ts';
import type { Around } from './lowering.ts';
import type { Mode } from './mode.ts';
import { lowerOptions, type Texts } from './options.ts';
import { pick } from './pick.ts';
import { guard } from './process.ts';
import { tellDriver } from './report.ts';
import { abandonProc } from './served.ts';
import { emitLockFailure, noteLife } from './state.ts';
import { lowerStep } from './steps.ts';
import { pauseBetweenLives } from './supervise.ts';
import { terminalRestore } from './terminal.ts';

/**
 * The plan as a program for `arch`. Every system call that it makes without arguments belongs to a step of the plan.
 * `texts` are told by a foreground program that is asked for them.
 */
export function lower(plan: Plan, arch: Arch, mode: Mode, texts: Texts = {}): Program {
  return new Frame(plan, arch, mode, texts).program();
}

/** Variables of the frame, which come first in memory. */
const FIRST = [
  'failed_step',
  'failed_errno',
  'init_pid',
  'staged',
  'stopping',
  'asked',
  'killed_for',
  'restarting',
  'is_terminal',
  'answer',
  'reported',
  'left',
  'lives',
  'orphaned',
  'found_left',
] as const;

const symbolOf = (step: PlanStep): string => `step${String(step.id).padStart(2, '0')}.${step.op}`;

/**
 * Orders the code: the supervisor's steps, behind them the release from which a failure joins in at the
 * first effect that there is to undo, then the report, then init's steps.
 */
class Frame implements Around {
  readonly plan: Plan;
  readonly mode: Mode;
  private readonly texts: Texts;
  private readonly out: Assembly;
  private readonly messages: readonly string[];

  constructor(plan: Plan, arch: Arch, mode: Mode, texts: Texts) {
    this.plan = plan;
    this.mode = mode;
    this.texts = texts;
    this.out = new Assembly(arch);
    this.messages = mode.kind === 'foreground' ? this.messagesOf(plan) : [];
  }

  program(): Program {
    const { out } = this;
    for (const name of FIRST) out.slot(name);
    if (talks(this.plan.steps)) out.slot(KERNEL_SAYS);
    out.startsAtZero(...FIRST.filter((name) => name !== 'answer'), KERNEL_SAYS);
    out.label('start');
    this.supervisor();
    this.release();
    this.report();
    this.init();
    this.guard();
    if (this.mode.kind === 'foreground') lowerOptions(out, this.plan, this.texts, this.messages);
    return {
      entry: 'start',
      data: out.data,
      code: out.code,
      failure: { step: failedStep, errno: failedErrno },
      kept: { ...out.between, ...keptHandles(this.plan.steps) },
    };
  }

  private begin(step: PlanStep, onError: string): void {
    const { out } = this;
    out.step = step.id;
    out.onError = onError;
    out.code.push({ kind: 'step', step: step.id, symbol: symbolOf(step) });
  }

  private supervisor(): void {
    const { out } = this;
    let undo = 'report';
    let cloned = false;
    let born = false;
    for (const step of this.plan.steps) {
      if (step.actor !== 'supervisor' || step.phase === 'release') continue;
      if (step.per === 'life' && !born) out.label('restart');
      born ||= step.per === 'life';
      if (step.op === 'init.reap') undo = this.releaseLabel();
      this.begin(step, cloned ? 'fail_init' : step.op === 'stage.enter' ? 'fail_stage' : undo);
      lowerStep(out, step, this);
      if (step.op === 'stage.enter') undo = 'fail_stage';
      if (step.op === 'namespaces.create') cloned = true;
      if (step.undo !== undefined) undo = `undo_${step.undo}`;
      if (step.op === 'init.reap') cloned = false;
    }
    out.jump(this.releaseLabel());
  }

  /** The first step of the release: where everything there is gets undone. */
  private releaseLabel(): string {
    const first = this.plan.steps.find(({ phase }) => phase === 'release');
    return first === undefined ? 'report' : `undo_${first.id}`;
  }

  private release(): void {
    const { out } = this;
    // init is there, but its start or its supervision failed: it must be gone before the rest is undone.
    out.step = this.lastStep();
    out.label('fail_init');
    abandonProc(out, this.plan);
    out.call('pidfd_send_signal', [value('pidfd'), int(9, 'SIGKILL'), NULL, int(0)], {
      onError: false,
    });
    out.label('init_failed');
    out.slot('status');
    out.startsAtZero('status', 'tries', 'background');
    out.call('wait4', [value('init_pid'), address('status'), int(0), NULL], { onError: false });
    out.label('orphaned');
    terminalRestore(out, this.mode);
    out.label('fail_stage');
    this.leaveStage();
    out.jump(this.releaseLabel());
    let ended = false;
    for (const step of this.plan.steps) {
      if (step.phase !== 'release') continue;
      if (step.per === 'name' && !ended) this.restartOrEnd();
      ended ||= step.per === 'name';
      out.label(`undo_${step.id}`);
      this.begin(step, 'report');
      if (step.op === 'state.remove') {
        out.branch(value('left'), '!=', int(0), 'report');
        out.label('fail_state');
      }
      lowerStep(out, step, this);
    }
    out.jump('report');
    const lock = this.lock();
    out.step = lock.id;
    const running = this.mode.kind === 'foreground' ? this.plan.steps.length + 1 : lock.id;
    emitLockFailure(out, lock.directory, running);
  }

  private lock(): StepOf<'state.lock'> {
    const lock = firstOf(this.plan.steps, 'state.lock');
    invariant(lock !== undefined, 'every plan locks its name');
    return lock;
  }

  private lastStep(): number {
    return this.plan.steps.find(({ op }) => op === 'init.reap')?.id ?? -1;
  }

  /** A failure between entering and leaving the stage must not undo from inside it. */
  private leaveStage(): void {
    const { out } = this;
    if (!conditionsOf(this.plan.steps).staged) return;
    out.branch(value('staged'), '==', int(0), 'unstaged');
    for (const call of ['setfsuid', 'setfsgid'] as const)
      out.call(call, [int(0)], { onError: false });
    out.call('setns', [value('host_mounts'), int(0x20000, 'CLONE_NEWNS')], { onError: false });
    out.label('unstaged');
  }

  /**
   * How init ended decides whether there is another life: the signal is in the lower seven bits of its status,
   * and there reboot(2) inside shows as SIGHUP, poweroff as SIGINT.
   */
  private restartOrEnd(): void {
    const { out } = this;
    const reap = firstOf(this.plan.steps, 'init.reap');
    const after = (end: End) => (reap?.restart.includes(end) ? 'next_life' : 'ended');
    const status = load(field('status', 0, 4));
    out.branch(value('failed_errno'), '!=', int(0), 'ended');
    for (const end of ['stopping', 'asked']) out.branch(value(end), '!=', int(0), 'ended');
    out.compute(out.slot('answer'), status, '&', int(0x7f));
    out.branch(value('answer'), '==', int(signals.SIGHUP), after('reboot'));
    out.branch(value('answer'), '==', int(signals.SIGINT), after('poweroff'));
    out.branch(status, '!=', int(0), after('crash'));
    out.jump(after('poweroff'));
    if (reap !== undefined && reap.restart.length > 0) {
      out.step = reap.id;
      out.label('next_life');
      noteLife(out, this.lock().directory);
      pauseBetweenLives(out, this.mode, 'restart', 'ended');
    }
    out.label('ended');
  }

  /** Tells the user what failed, or what init returned. */
  private report(): void {
    const { out } = this;
    out.step = this.plan.steps.at(-1)?.id ?? -1;
    out.label('report');
    out.branch(value('failed_errno'), '!=', int(0), 'failed');
    this.exitStatus();
    out.label('failed');
    if (this.mode.kind === 'foreground') this.message();
    else tellDriver(out, 'failed', talks(this.plan.steps));
    out.call('exit_group', [int(1)], { onError: false });
  }

  /**
   * A shell's convention: the exit status, or 128 + the signal. A poweroff (SIGINT) is a success, and of an init that was
   * asked to end so is a reboot (SIGHUP): that is all that some know.
   */
  private exitStatus(): void {
    const { out } = this;
    out.slot('code');
    out.slot('signal_of_init');
    const code = field('code', 0, 8);
    out.compute(field('signal_of_init', 0, 8), load(field('status', 0, 4)), '&', int(0x7f));
    out.compute(code, load(field('status', 0, 4)), '>>', int(8));
    out.compute(code, value('code'), '&', int(0xff));
    out.branch(value('signal_of_init'), '==', int(0), 'exit');
    out.compute(code, value('signal_of_init'), '+', int(128));
    out.branch(value('signal_of_init'), '==', int(signals.SIGINT), 'success');
    out.branch(value('signal_of_init'), '!=', int(signals.SIGHUP), 'exit');
    out.branch(value('asked'), '==', int(0), 'exit');
    out.label('success');
    out.store(code, int(0));
    out.label('exit');
    out.call('exit_group', [value('code')], { onError: false });
  }

  /** What is told of each step before what has happened to it. The last one is what emitLockFailure tells. */
  private messagesOf(plan: Plan): readonly string[] {
    const text = (step: PlanStep): string => {
      const { origin } = step;
      const at =
        'rule' in origin ? '' : `${printable(origin.file)}:${origin.line}:${origin.column}: `;
      return `${at}error: ${printable(plan.name)}: step ${step.id} ${describe(step)}: `;
    };
    return ['', ...plan.steps.map(text), `${text(this.lock())}already running: `];
  }

  /** `vm1.xml:14:5: error: step 31 mount.attach …: ENOENT` on standard error. */
  private message(): void {
    const { out, plan } = this;
    const names = Array.from({ length: LAST_ERRNO + 1 }, (_, errno) => errnoName(errno));
    out.variable('report', talks(plan.steps) ? 96 : 64);
    pick(out, 'messages', this.messages, value('failed_step'), 0);
    pick(out, 'errnos', names, value('failed_errno'), 16);
    out.slot('cause');
    const causes = lowerCause(out, plan.steps);
    pick(out, 'causes', causes, value('cause'), 32);
    const parts = talks(plan.steps) ? kernelParts(out, 48) : 0;
    const end = 48 + 16 * parts;
    out.store(field('report', end, 8), string('\n'));
    out.store(field('report', end + 8, 8), int(1));
    out.call('writev', [int(2), address('report'), int(4 + parts)], { onError: false });
  }

  private init(): void {
    const { out } = this;
    out.label('init');
    for (const step of this.plan.steps) {
      if (step.actor !== 'init') continue;
      this.begin(step, 'init_gives_up');
      lowerStep(out, step, this);
    }
    // The memory is shared: the supervisor finds the step and the errno when it wakes up.
    out.step = this.plan.steps.find(({ op }) => op === 'exec')?.id ?? -1;
    out.label('init_gives_up');
    out.call('exit_group', [int(1)], { onError: false });
  }

  private guard(): void {
    const { out } = this;
    out.step = this.plan.steps.find(({ op }) => op === 'guard.create')?.id ?? -1;
    guard(out, this.plan, 'orphaned');
  }
}

/** What the kernel has said of it, if it has said anything, in two parts of the message. */
function kernelParts(out: Assembly, at: number): number {
  const [intro, silent] = ['\n  note: the kernel says: ', out.fresh('silent')];
  out.branch(value(KERNEL_SAYS), '==', int(0), silent);
  out.store(field('report', at, 8), string(intro));
  out.store(field('report', at + 8, 8), int(intro.length));
  out.store(field('report', at + 16, 8), kernelText);
  out.store(field('report', at + 24, 8), value(KERNEL_SAYS));
  out.label(silent);
  return 2;
}

/** EHWPOISON: what programs can fail with has a name up to here. */
const LAST_ERRNO = 133;

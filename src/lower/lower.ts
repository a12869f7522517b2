import { invariant, unreachable } from '../diagnostics/invariant.ts';
import { printable } from '../diagnostics/printable.ts';
import type { Arch } from '../facts/facts.ts';
import { errnoName } from '../linux/errno.ts';
import { signals } from '../linux/flags.ts';
import { describe } from '../plan/describe.ts';
import type { End, Plan, PlanStep, StepOf } from '../plan/plan.ts';
import { address, field, int, load, NULL, string, value } from '../program/operands.ts';
import type { Operand, Program } from '../program/program.ts';
import { Assembly, words } from './assembly.ts';
import * as capture from './capture.ts';
import * as cgroup from './cgroup.ts';
import * as mounts from './mounts.ts';
import * as processes from './process.ts';
import * as state from './state.ts';
import {
  lowerConsoleSize,
  lowerReap,
  lowerRelay,
  lowerSignalsBlock,
  type Mode,
  pauseBetweenLives,
  terminalRestore,
} from './supervise.ts';

export type { Mode } from './supervise.ts';

/** The plan as a program for `arch`. Every system call belongs to a step of the plan. */
export function lower(plan: Plan, arch: Arch, mode: Mode): Program {
  return new Lowering(plan, arch, mode).program();
}

const symbolOf = (step: PlanStep): string => `step${String(step.id).padStart(2, '0')}.${step.op}`;

/**
 * Orders the code: the supervisor's steps, behind them the release from which a failure joins in at the
 * first effect that there is to undo, then the report, then init's steps.
 */
class Lowering {
  private readonly plan: Plan;
  private readonly mode: Mode;
  private readonly out: Assembly;
  private readonly consoles: number;

  constructor(plan: Plan, arch: Arch, mode: Mode) {
    this.plan = plan;
    this.mode = mode;
    this.out = new Assembly(arch);
    this.consoles = plan.steps.filter(({ op }) => op === 'console.create').length;
  }

  program(): Program {
    const { out } = this;
    for (const name of [
      'failed_step',
      'failed_errno',
      'init_pid',
      'staged',
      'stopping',
      'restarting',
      'is_terminal',
      'answer',
      'reported',
      'left',
    ]) {
      out.slot(name);
    }
    out.label('start');
    this.supervisor();
    this.release();
    this.report();
    this.init();
    return {
      entry: 'start',
      data: out.data,
      code: out.code,
      failure: { step: field('failed_step', 0, 8), errno: field('failed_errno', 0, 8) },
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
    for (const step of this.plan.steps) {
      if (step.actor !== 'supervisor' || step.phase === 'release') continue;
      if (step.op === 'init.reap') undo = this.releaseLabel();
      this.begin(step, cloned ? 'fail_init' : step.op === 'stage.enter' ? 'fail_stage' : undo);
      this.step(step);
      if (step.op === 'stage.enter') undo = 'fail_stage';
      if (step.op === 'namespaces.create') cloned = true;
      if (step.undo !== undefined) undo = `undo_${step.undo}`;
      if (step.op === 'state.journal') out.label('restart');
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
    out.call('pidfd_send_signal', [value('pidfd'), int(9, 'SIGKILL'), NULL, int(0)], {
      onError: false,
    });
    out.label('init_failed');
    out.slot('status');
    out.call('wait4', [value('init_pid'), address('status'), int(0), NULL], { onError: false });
    terminalRestore(out, this.mode);
    out.label('fail_stage');
    this.leaveStage();
    out.jump(this.releaseLabel());
    for (const step of this.plan.steps) {
      if (step.phase !== 'release') continue;
      if (step.op === 'state.remove') this.restartOrEnd();
      out.label(`undo_${step.id}`);
      this.begin(step, 'report');
      if (step.op === 'state.remove') {
        out.branch(value('left'), '!=', int(0), 'report');
        out.label('fail_state');
      }
      this.step(step);
    }
    out.jump('report');
    const lock = this.lock();
    out.step = lock.id;
    const running = this.mode.kind === 'foreground' ? this.plan.steps.length + 1 : lock.id;
    state.emitLockFailure(out, lock.directory, running);
  }

  private lock(): StepOf<'state.lock'> {
    const lock = this.plan.steps.find(
      (step): step is StepOf<'state.lock'> => step.op === 'state.lock',
    );
    invariant(lock !== undefined, 'every plan locks its name');
    return lock;
  }

  private lastStep(): number {
    return this.plan.steps.find(({ op }) => op === 'init.reap')?.id ?? -1;
  }

  /** A failure between entering and leaving the stage must not undo from inside it. */
  private leaveStage(): void {
    const { out } = this;
    if (!this.plan.steps.some(({ op }) => op === 'stage.enter')) return;
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
    const reap = this.plan.steps.find(
      (step): step is StepOf<'init.reap'> => step.op === 'init.reap',
    );
    const after = (end: End) => (reap?.restart.includes(end) ? 'next_life' : 'ended');
    const status = load(field('status', 0, 4));
    out.branch(value('failed_errno'), '!=', int(0), 'ended');
    out.branch(value('stopping'), '!=', int(0), 'ended');
    out.compute(out.slot('answer'), status, '&', int(0x7f));
    out.branch(value('answer'), '==', int(signals.SIGHUP), after('reboot'));
    out.branch(value('answer'), '==', int(signals.SIGINT), after('poweroff'));
    out.branch(status, '!=', int(0), after('crash'));
    out.jump(after('poweroff'));
    if (reap !== undefined && reap.restart.length > 0) {
      out.step = reap.id;
      out.label('next_life');
      pauseBetweenLives(out, 'restart', 'ended');
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
    else this.record(2);
    out.call('exit_group', [int(1)], { onError: false });
  }

  /** A shell's convention: the exit status, or 128 + the signal. A poweroff (SIGINT) is a success. */
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
    out.branch(value('signal_of_init'), '!=', int(2), 'exit');
    out.store(code, int(0));
    out.label('exit');
    out.call('exit_group', [value('code')], { onError: false });
  }

  /** `vm1.xml:14:5: error: step 31 mount.attach …: ENOENT` on standard error. */
  private message(): void {
    const { out, plan } = this;
    const text = (step: PlanStep): string => {
      const { origin } = step;
      const at =
        'rule' in origin ? '' : `${printable(origin.file)}:${origin.line}:${origin.column}: `;
      return `${at}error: ${printable(plan.name)}: step ${step.id} ${describe(step)}: `;
    };
    // The last one is what emitLockFailure tells.
    const texts = [...plan.steps.map(text), `${text(this.lock())}already running: `];
    const names = Array.from({ length: LAST_ERRNO + 1 }, (_, errno) => errnoName(errno));
    out.variable('report', 48);
    pick(out, 'messages', ['', ...texts], value('failed_step'), 0);
    pick(out, 'errnos', names, value('failed_errno'), 16);
    out.store(field('report', 32, 8), string('\n'));
    out.store(field('report', 40, 8), int(1));
    out.call('writev', [int(2), address('report'), int(3)], { onError: false });
  }

  /** One record of 24 bytes for the driver: kind (1 started, 2 failed), step, errno, 0, pid of init. */
  private record(kind: 1 | 2): void {
    const { out } = this;
    out.variable('record', 24);
    out.store(field('record', 0, 4), int(kind));
    out.store(field('record', 4, 4), value('failed_step'));
    out.store(field('record', 8, 4), value('failed_errno'));
    out.store(field('record', 16, 8), value('init_pid'));
    out.call('write', [int(3), address('record'), int(24)], { onError: false });
    out.call('close', [int(3)], { onError: false });
  }

  private init(): void {
    const { out } = this;
    out.label('init');
    for (const step of this.plan.steps) {
      if (step.actor !== 'init') continue;
      this.begin(step, 'init_gives_up');
      this.step(step);
    }
    // The memory is shared: the supervisor finds the step and the errno when it wakes up.
    out.step = this.plan.steps.find(({ op }) => op === 'exec')?.id ?? -1;
    out.label('init_gives_up');
    out.call('exit_group', [int(1)], { onError: false });
  }

  private started(step: PlanStep): void {
    const { out } = this;
    if (this.plan.steps.some(({ op }) => op === 'init.release')) processes.waitForExec(out);
    out.branch(value('failed_errno'), '!=', int(0), 'init_failed');
    out.branch(value('init_state'), '!=', int(0), 'init_runs');
    out.store(field('failed_step', 0, 8), int(step.id));
    out.store(field('failed_errno', 0, 8), int(10)); // ECHILD: it died without a word
    out.jump('init_failed');
    out.label('init_runs');
    if (this.mode.kind === 'foreground') return;
    out.branch(value('reported'), '!=', int(0), 'told');
    out.store(field('reported', 0, 8), int(1));
    this.record(1);
    out.label('told');
  }

  private harden(): void {
    const { out } = this;
    out.call('prctl', [int(4, 'PR_SET_DUMPABLE'), int(0, 'SUID_DUMP_DISABLE')]);
    out.call('umask', [int(0, '000')]);
    const first = this.mode.kind === 'foreground' ? 3 : this.mode.client ? 6 : 4;
    processes.closeFrom(out, first);
    if (this.mode.kind === 'detached') out.call('chdir', [string('/')]);
  }

  private step(step: PlanStep): void {
    const { out } = this;
    switch (step.op) {
      case 'process.harden':
        return this.harden();
      case 'signals.block':
        return lowerSignalsBlock(out, this.mode);
      case 'state.lock':
        return state.lowerStateLock(out, step);
      case 'state.journal':
        return state.lowerJournal(out, step);
      case 'cgroup.enable':
        return cgroup.lowerCgroupEnable(out, step);
      case 'cgroup.create':
        return cgroup.lowerCgroupCreate(out, step);
      case 'cgroup.write':
        return cgroup.lowerCgroupWrite(out, step);
      case 'devices.policy':
        return cgroup.lowerDevicesPolicy(out, step);
      case 'devices.attach':
        return cgroup.lowerDevicesAttach(out, step);
      case 'cgroup.open':
        return cgroup.lowerCgroupOpen(out, step);
      case 'capture.tree':
        return capture.lowerCaptureTree(out, step);
      case 'capture.tmpfs':
        return capture.lowerTmpfs(out, step);
      case 'dev.node':
        return capture.lowerDevNode(out, step);
      case 'dev.link':
        return capture.lowerDevLink(out, step);
      case 'dev.directory':
        return capture.lowerDevDirectory(out, step);
      case 'devpts.create':
        return capture.lowerDevpts(out, step);
      case 'console.create':
        capture.lowerConsole(out, step);
        if (step.number === 0) lowerConsoleSize(out, this.mode);
        return;
      case 'stage.enter':
        return processes.lowerStageEnter(out);
      case 'stage.root':
        return mounts.attach(out, 'root', step.at);
      case 'stage.identity':
        return processes.lowerStageIdentity(out, step);
      case 'stage.point':
        return mounts.lowerStagePoint(out, step);
      case 'stage.attach':
        return mounts.lowerStageAttach(out, step);
      case 'stage.bind':
        return mounts.lowerStageBind(out, step);
      case 'stage.detach':
        return mounts.detach(out, step.target);
      case 'stage.readonly':
        return mounts.lowerStageReadOnly(out);
      case 'stage.leave':
        return processes.lowerStageLeave(out);
      case 'namespaces.create':
        return processes.lowerNamespacesCreate(out, step);
      case 'idmap.write':
        return processes.lowerIdmapWrite(out, step);
      case 'init.release':
        return processes.lowerInitRelease(out);
      case 'init.wait':
        return processes.lowerInitWait(out);
      case 'identity.root':
        return processes.lowerIdentityRoot(out);
      case 'cgroup.join':
        return cgroup.lowerCgroupJoin(out, step);
      case 'namespaces.unshare':
        return processes.lowerUnshare(out, step);
      case 'propagation.stop':
        return mounts.stopPropagation(out);
      case 'mount.create':
        return capture.lowerMountCreate(out, step);
      case 'root.adopt':
        return mounts.lowerAdopt(out, step);
      case 'root.attach':
        return mounts.attach(out, 'root', '/');
      case 'root.pivot':
        return mounts.lowerPivot(out, this.rootHandle());
      case 'root.detach-old':
        return mounts.lowerDetachOld(out);
      case 'mount.detach':
        return mounts.detach(out, step.target);
      case 'mount.point':
        return mounts.lowerMountPoint(out, step);
      case 'mount.new':
        return mounts.lowerMountNew(out, step);
      case 'mount.attach':
        return mounts.attach(out, step.handle, step.target);
      case 'mount.bind':
        return mounts.lowerMountBind(out, step);
      case 'mount.readonly':
        return mounts.setReadOnly(out, step.target, step.recursive);
      case 'mount.clone':
        return mounts.cloneInside(out, step.handle, step.source);
      case 'hostname.set':
        return out.call('sethostname', [string(step.name), int(Buffer.byteLength(step.name))]);
      case 'loopback.up':
        return processes.lowerLoopback(out);
      case 'session.start':
        return processes.lowerSessionStart(out);
      case 'signals.reset':
        return processes.lowerSignalsReset(out);
      case 'umask.set':
        return processes.lowerUmask(out, step);
      case 'directory.change':
        return out.call('chdir', [string(step.path)]);
      case 'capabilities.bound':
        return processes.lowerCapabilitiesBound(out, step);
      case 'capabilities.set':
        return processes.lowerCapabilitiesSet(out, step);
      case 'parent-death.signal':
        return processes.lowerParentDeath(out);
      case 'descriptors.close':
        return processes.closeFrom(out, step.from);
      case 'exec':
        return processes.lowerExec(out, step);
      case 'capture.close':
        for (const handle of step.handles) out.call('close', [value(handle)]);
        return;
      case 'init.started':
        return this.started(step);
      case 'console.relay':
        return lowerRelay(out, step, this.mode);
      case 'init.reap':
        return lowerReap(out, this.consoles);
      case 'cgroup.remove':
        return state.lowerCgroupRemove(out, step);
      case 'state.remove':
        return state.lowerStateRemove(out, step);
      default:
        return unreachable(step);
    }
  }

  private rootHandle(): string {
    return this.plan.steps.some(({ op }) => op === 'root.adopt') ? mounts.adoptedRoot : 'root';
  }
}

/** EHWPOISON: what programs can fail with has a name up to here. */
const LAST_ERRNO = 133;

/**
 * The text of this number as an element of `report`, the vector that is written: its address and its length. The texts
 * follow each other closely; a table says where each begins.
 */
function pick(
  out: Assembly,
  name: string,
  texts: readonly string[],
  number: Operand,
  at: number,
): void {
  const starts = [0];
  for (const text of texts) starts.push(starts.at(-1)! + Buffer.byteLength(text));
  const table = `${name}_starts`;
  const [start, length] = [field('report', at, 8), field('report', at + 8, 8)];
  out.define({ kind: 'constant', name, bytes: Buffer.from(texts.join('')) });
  out.define({
    kind: 'constant',
    name: table,
    bytes: words(...starts.map((each) => [8, each] as const)),
  });
  out.lookup(start, table, number);
  out.compute(length, number, '+', int(1));
  out.lookup(length, table, load(length));
  out.compute(length, load(length), '-', load(start));
  out.compute(start, address(name), '+', load(start));
}

import { conditionsOf } from '../plan/conditions.ts';
import type { ExecOps } from '../plan/ops/exec.ts';
import type { StepOf } from '../plan/plan.ts';
import { int, value } from '../program/operands.ts';
import type { Assembly } from './assembly.ts';
import type { Around, Lowerings } from './lowering.ts';
import { lowerExec, refuseItself, waitForExec } from './process.ts';
import { tellDriver } from './report.ts';
import { lowerReap } from './supervise.ts';

const ECHILD = 10;

export const execLowerings: Lowerings<ExecOps> = {
  exec: (out, step, { mode }) => lowerExec(out, step, mode),
  'init.started': lowerStarted,
  'init.reap': (out, _, around) =>
    lowerReap(out, around, around.plan.steps.filter(({ op }) => op === 'console.create').length),
};

function lowerStarted(out: Assembly, step: StepOf<'init.started'>, { plan, mode }: Around): void {
  if (conditionsOf(plan.steps).released) waitForExec(out);
  out.branch(value('failed_errno'), '!=', int(0), 'init_failed');
  out.branch(value('init_state'), '!=', int(0), 'init_runs');
  out.fail(ECHILD, 'init_failed', step.id); // it died without a word
  out.label('init_runs');
  const exec = plan.steps.find(({ op }) => op === 'exec')?.id ?? -1;
  refuseItself(out, exec, 'fail_init');
  if (mode.kind === 'foreground') return;
  tellDriver(out, 'started');
}

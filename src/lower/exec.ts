import { conditionsOf } from '../plan/conditions.ts';
import type { ExecOps } from '../plan/ops/exec.ts';
import type { StepOf } from '../plan/plan.ts';
import { field, int, value } from '../program/operands.ts';
import type { Assembly } from './assembly.ts';
import type { Around, Lowerings } from './lowering.ts';
import { lowerExec, refuseItself, waitForExec } from './process.ts';
import { tellDriver } from './report.ts';
import { lowerReap } from './supervise.ts';

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
  out.store(field('failed_step', 0, 8), int(step.id));
  out.store(field('failed_errno', 0, 8), int(10)); // ECHILD: it died without a word
  out.jump('init_failed');
  out.label('init_runs');
  const exec = plan.steps.find(({ op }) => op === 'exec')?.id ?? -1;
  refuseItself(out, exec, 'fail_init');
  if (mode.kind === 'foreground') return;
  tellDriver(out, 'started');
}

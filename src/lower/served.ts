import type { Plan } from '../plan/plan.ts';
import { stepsOf } from '../plan/steps-of.ts';
import type { Assembly } from './assembly.ts';
import { abandonConnections, answerRequest, type Connection, serveFiles } from './fuse.ts';
import { answerMeminfo, closeMeminfo, MEMINFO_SIZE, meminfoConnection } from './meminfo.ts';
import { answerProcFiles, closeProcFiles, procConnections, procSize } from './proc.ts';

/*
 * All files of /proc that the supervisor answers for.
 */

/** Their connections; those of `proc.open` are watched from this place on. */
export function servedConnections(plan: Plan, from: number): readonly Connection[] {
  const meminfo = meminfoConnection(plan);
  return [...(meminfo === undefined ? [] : [meminfo]), ...procConnections(plan, from)];
}

/** In the loop of `console.relay`. */
export function serveProc(out: Assembly, plan: Plan, connections: readonly Connection[]): void {
  const [serve] = stepsOf(plan.steps, 'meminfo.serve', 'proc.serve');
  if (serve === undefined) return;
  const step = out.step;
  out.step = serve.id;
  const { uid, gid } = serve;
  serveFiles(out, connections, { size: procSize(plan) ?? MEMINFO_SIZE, uid, gid });
  answerProcFiles(out, plan);
  answerMeminfo(out, plan);
  answerRequest(out, connections);
  out.step = step;
}

/** @see abandonConnections */
export const abandonProc = (out: Assembly, plan: Plan): void =>
  abandonConnections(
    out,
    servedConnections(plan, 0).map(({ handle }) => handle),
  );

/** At the end of a life. */
export function closeProc(out: Assembly, plan: Plan): void {
  closeMeminfo(out, plan);
  closeProcFiles(out, plan);
}

import type { Op, Operations, PlanStep } from '../plan/plan.ts';
import type { Assembly } from './assembly.ts';
import { auditLowerings } from './audit.ts';
import { captureLowerings } from './capture.ts';
import { cgroupLowerings } from './cgroup.ts';
import { consoleLowerings } from './console.ts';
import { devLowerings } from './dev.ts';
import { execLowerings } from './exec.ts';
import { identityLowerings } from './identity.ts';
import { linkLowerings } from './link.ts';
import { logLowerings } from './log.ts';
import { loopLowerings } from './loop.ts';
import type { Around, Lowering, Lowerings } from './lowering.ts';
import { maskLowerings } from './mask.ts';
import { meminfoLowerings } from './meminfo.ts';
import { mountLowerings } from './mount.ts';
import { namespacesLowerings } from './namespaces.ts';
import { procLowerings } from './proc.ts';
import { processLowerings } from './process.ts';
import { rootLowerings } from './root.ts';
import { stageLowerings } from './stage.ts';
import { stateLowerings } from './state.ts';

/** What each operation of the plan becomes. */
const lowerings: Lowerings<Operations> = {
  ...processLowerings,
  ...stateLowerings,
  ...auditLowerings,
  ...cgroupLowerings,
  ...loopLowerings,
  ...captureLowerings,
  ...devLowerings,
  ...meminfoLowerings,
  ...procLowerings,
  ...logLowerings,
  ...consoleLowerings,
  ...stageLowerings,
  ...namespacesLowerings,
  ...linkLowerings,
  ...rootLowerings,
  ...mountLowerings,
  ...maskLowerings,
  ...identityLowerings,
  ...execLowerings,
};

/** The lowering takes the step that it was found for: TypeScript does not follow that. */
export const lowerStep = (out: Assembly, step: PlanStep, around: Around): void =>
  (lowerings[step.op] as Lowering<Op>)(out, step, around);

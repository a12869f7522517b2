import type { StageOps } from '../plan/ops/stage.ts';
import type { Lowerings } from './lowering.ts';
import { attachAt } from './path.ts';
import { lowerStageEnter, lowerStageIdentity, lowerStageLeave } from './process.ts';

export const stageLowerings: Lowerings<StageOps> = {
  'stage.enter': lowerStageEnter,
  // In a mount namespace that the host does not see.
  'stage.root': (out, { at }) => attachAt(out, 'root', at),
  'stage.identity': lowerStageIdentity,
  'stage.leave': lowerStageLeave,
};

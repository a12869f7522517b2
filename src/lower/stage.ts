import type { StageOps } from '../plan/ops/stage.ts';
import type { Lowerings } from './lowering.ts';
import { lowerStageEnter, lowerStageIdentity, lowerStageLeave } from './process.ts';
import { attachRoot } from './root.ts';

export const stageLowerings: Lowerings<StageOps> = {
  'stage.enter': lowerStageEnter,
  'stage.root': (out, { at }) => attachRoot(out, 'root', at),
  'stage.identity': lowerStageIdentity,
  'stage.leave': lowerStageLeave,
};

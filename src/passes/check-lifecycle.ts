import { lifecycleActionTakenAs } from '../diagnostics/catalog/passes.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Domain, LifecycleAction } from '../ir/domain.ts';

/** What a container does for what only a virtual machine can: nothing of one is left once its init has ended. */
const takenAs: Readonly<Partial<Record<LifecycleAction, 'destroy' | 'restart'>>> = {
  preserve: 'destroy',
  'coredump-destroy': 'destroy',
  'rename-restart': 'restart',
  'coredump-restart': 'restart',
};

/** Warns of actions that are taken as another one. */
export function checkLifecycle({ onPoweroff, onReboot, onCrash }: Domain): readonly Diagnostic[] {
  return [onPoweroff, onReboot, onCrash].flatMap((action) => {
    const other = action === undefined ? undefined : takenAs[action.value];
    return action === undefined || other === undefined
      ? []
      : [lifecycleActionTakenAs(action.value, other, action.origin)];
  });
}

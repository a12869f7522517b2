import type { Domain, LifecycleAction } from '../ir/domain.ts';
import type { End } from '../plan/plan.ts';

const restarting: readonly LifecycleAction[] = ['restart', 'rename-restart', 'coredump-restart'];

/** After which ends the container starts again. @see https://libvirt.org/formatdomain.html#events-configuration */
export function restartsAfter({ onPoweroff, onReboot, onCrash }: Domain): readonly End[] {
  const actions: readonly (readonly [End, LifecycleAction])[] = [
    ['poweroff', onPoweroff?.value ?? 'destroy'],
    ['reboot', onReboot?.value ?? 'restart'],
    ['crash', onCrash?.value ?? 'destroy'],
  ];
  return actions.filter(([, action]) => restarting.includes(action)).map(([end]) => end);
}

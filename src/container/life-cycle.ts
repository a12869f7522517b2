import type { Domain, LifecycleAction } from '../ir/domain.ts';
import type { End } from './container.ts';

const restarting: readonly LifecycleAction[] = ['restart', 'rename-restart', 'coredump-restart'];

/** As much as container engines give. */
export const DEFAULT_GRACE_SECONDS = 10;

/** After which ends the container starts again. @see https://libvirt.org/formatdomain.html#events-configuration */
export function restartsAfter({ onPoweroff, onReboot, onCrash }: Domain): readonly End[] {
  const actions: readonly (readonly [End, LifecycleAction])[] = [
    ['poweroff', onPoweroff?.value ?? 'destroy'],
    ['reboot', onReboot?.value ?? 'restart'],
    ['crash', onCrash?.value ?? 'destroy'],
  ];
  return actions.filter(([, action]) => restarting.includes(action)).map(([end]) => end);
}

import { lifecycleCoredump, lifecycleUnknown } from '../../diagnostics/catalog/definition.ts';
import { type Located, located, spanOf } from '../../diagnostics/origin.ts';
import type { LifecycleAction, LockFailureAction } from '../../ir/domain.ts';
import { given, type Reading } from './reading.ts';
import type { XmlElement } from './tree.ts';

const actions: readonly LifecycleAction[] = [
  'destroy',
  'restart',
  'rename-restart',
  'preserve',
  'coredump-destroy',
  'coredump-restart',
];

const lockFailures: readonly LockFailureAction[] = ['poweroff', 'restart', 'pause', 'ignore'];

export interface Events {
  readonly onPoweroff?: Located<LifecycleAction>;
  readonly onReboot?: Located<LifecycleAction>;
  readonly onCrash?: Located<LifecycleAction>;
  readonly onLockFailure?: Located<LockFailureAction>;
}

/** @see libvirt 9.0, src/conf/domain_conf.c, virDomainDefLifecycleParse */
export function readEvents(reading: Reading, root: XmlElement): Events {
  // Reboot comes first in libvirt too.
  const onReboot = readAction(reading, root, 'on_reboot', actions);
  const onPoweroff = readAction(reading, root, 'on_poweroff', actions);
  const onCrash = readAction(reading, root, 'on_crash', actions);
  const onLockFailure = readAction(reading, root, 'on_lockfailure', lockFailures);
  for (const [event, action] of [
    ['poweroff', onPoweroff],
    ['reboot', onReboot],
  ] as const) {
    if (action?.value.startsWith('coredump')) {
      reading.late('lifecycle', lifecycleCoredump(event, action.value, spanOf(action.origin)));
    }
  }
  return given({ onPoweroff, onReboot, onCrash, onLockFailure });
}

function readAction<T extends string>(
  reading: Reading,
  root: XmlElement,
  name: string,
  known: readonly T[],
): Located<T> | undefined {
  const text = reading.text(root, name);
  if (text === undefined) return undefined;
  const action = known.find((each) => each === text.value);
  if (action !== undefined) return located(action, text.origin);
  const at = reading.one(root, name)?.textSpan ?? root.span;
  return reading.report(lifecycleUnknown(name, text.value, at));
}

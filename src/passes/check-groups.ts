import {
  blockDeviceUnknown,
  groupValueClamped,
  settingNotEnforced,
} from '../diagnostics/catalog/passes.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { HostFacts } from '../facts/facts.ts';
import type { Domain } from '../ir/domain.ts';
import { isPolicy } from '../ir/tuning.ts';
import { deviceNumber, groupFiles } from '../libvirt/group-files.ts';

/** Reports settings that the machine has no controller or no file for, and block devices that are none. */
export function checkGroups(domain: Domain, facts: HostFacts): readonly Diagnostic[] {
  const { files, unenforced } = groupFiles(domain, facts);
  const devices = domain.blkiotune?.devices ?? [];
  return [
    // A container without a limit of memory is refused by check-host.
    ...unenforced
      .filter(({ controller }) => controller !== 'memory')
      // What is preferred is kept without a group, too.
      .filter(({ element }) => element !== '<numatune>' || !isPolicy(domain.numatune?.memory?.mode))
      .filter(
        ({ element, origin }, index, all) =>
          index === all.findIndex((other) => other.element === element && other.origin === origin),
      )
      .map(({ element, controller, why, origin }) =>
        settingNotEnforced(element, controller, why, origin),
      ),
    ...files.flatMap(({ element, file, clamped, origin }) =>
      clamped === undefined ? [] : [groupValueClamped(element, file, clamped, origin)],
    ),
    ...devices
      .filter(({ path }) => deviceNumber(path, facts.paths[path]) === undefined)
      .map(({ path, origin }) => blockDeviceUnknown(path, facts.paths[path]?.kind, origin)),
  ];
}

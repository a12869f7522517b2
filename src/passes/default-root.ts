import { located, madeBy } from '../diagnostics/origin.ts';
import type { Domain } from '../ir/domain.ts';
import { rootOf } from '../ir/root.ts';

/**
 * A domain without a file system for `/` runs on the host's own root.
 * @see libvirt 9.0, src/lxc/lxc_controller.c, virLXCControllerSetupDevPTS and its callers
 */
export function defaultRoot(domain: Domain): Domain {
  if (rootOf(domain) !== undefined) return domain;
  const origin = madeBy('default-root');
  const slash = located('/', origin);
  const root = { kind: 'mount', source: slash, target: slash, readOnly: false, origin } as const;
  return { ...domain, filesystems: [root, ...domain.filesystems] };
}

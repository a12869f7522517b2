import { nameNotAFileName, nameNotAHostName } from '../diagnostics/catalog/passes.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { HostFacts } from '../facts/facts.ts';
import type { Domain } from '../ir/domain.ts';
import { hostName } from '../ir/host-name.ts';
import type { Doubts } from './pass.ts';

/** __NEW_UTS_LEN of linux/utsname.h. */
const HOST_NAME_MAX = 64;

/** The name becomes a directory and a cgroup, so that it has to be one component of a path, and the host name. */
export function checkName({ name }: Domain, _: HostFacts, doubts: Doubts): readonly Diagnostic[] {
  if (doubts.has('name')) return [];
  const bad =
    name.value === '' ||
    name.value === '.' ||
    name.value === '..' ||
    /[/\n]/.test(name.value) ||
    Buffer.byteLength(name.value) > 200;
  if (bad) return [nameNotAFileName(name.value, name.origin)];
  const length = hostName(name.value).length;
  return length > HOST_NAME_MAX ? [nameNotAHostName(length, HOST_NAME_MAX, name.origin)] : [];
}

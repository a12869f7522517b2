import { nameNotAFileName } from '../diagnostics/catalog/passes.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Domain } from '../ir/domain.ts';

/** The name becomes a directory and a cgroup: it has to be one component of a path. */
export function checkName({ name }: Domain): readonly Diagnostic[] {
  const bad =
    name.value === '' ||
    name.value === '.' ||
    name.value === '..' ||
    /[/\n]/.test(name.value) ||
    Buffer.byteLength(name.value) > 200;
  return bad ? [nameNotAFileName(name.value, name.origin)] : [];
}

import { manyPreferred, nodeTooLarge } from '../diagnostics/catalog/passes.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Domain } from '../ir/domain.ts';
import { isPolicy } from '../ir/tuning.ts';
import { MOST_NODES } from '../linux/nodes.ts';

/** Which nodes a policy of memory may name. The other modes are limits, which the kernel judges. */
export function checkNodes({ numatune }: Domain): readonly Diagnostic[] {
  const { mode, nodeset = [], origin } = numatune?.memory ?? {};
  if (origin === undefined || !isPolicy(mode)) return [];
  const count = nodeset.reduce((sum, [first, last]) => sum + last - first + 1, 0);
  const last = nodeset.at(-1)?.[1] ?? 0;
  return [
    ...(mode === 'preferred' && count !== 1 ? [manyPreferred(count, origin)] : []),
    ...(last >= MOST_NODES ? [nodeTooLarge(last, MOST_NODES, origin)] : []),
  ];
}

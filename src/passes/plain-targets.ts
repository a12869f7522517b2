import { type Located, located } from '../diagnostics/origin.ts';
import type { Domain } from '../ir/domain.ts';

/** Takes doubled slashes, and one at the end, out of the places of file systems. */
export const plainTargets = (domain: Domain): Domain => ({
  ...domain,
  filesystems: domain.filesystems.map((filesystem) => ({
    ...filesystem,
    target: plain(filesystem.target),
  })),
});

const plain = ({ value, origin }: Located<string>): Located<string> =>
  located(value.replaceAll(/\/+/g, '/').replace(/(.)\/$/, '$1'), origin);

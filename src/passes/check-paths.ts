import { pathTooLong } from '../diagnostics/catalog/passes.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Located } from '../diagnostics/origin.ts';
import type { Domain } from '../ir/domain.ts';

/** PATH_MAX of linux/limits.h without the NUL, and NAME_MAX. */
const [LONGEST_PATH, LONGEST_NAME] = [4095, 255];

/** What becomes a path of a system call is one that the kernel takes. */
export function checkPaths({ os, resource, filesystems }: Domain): readonly Diagnostic[] {
  const sources = filesystems.flatMap((filesystem) =>
    'source' in filesystem ? [filesystem.source] : [],
  );
  return [
    ...check('partition', [resource?.partition]),
    ...check('init', [os.init]),
    ...check('directory of init', [os.initDir]),
    ...check('source', sources),
    ...check(
      'target',
      filesystems.map(({ target }) => target),
    ),
  ];
}

const check = (
  what: string,
  paths: readonly (Located<string> | undefined)[],
): readonly Diagnostic[] =>
  paths.flatMap((path) => {
    if (path === undefined) return [];
    const { value, origin } = path;
    const bytes = Buffer.byteLength(value);
    if (bytes > LONGEST_PATH) return [pathTooLong(what, 'path', bytes, LONGEST_PATH, origin)];
    const longest = Math.max(...value.split('/').map((name) => Buffer.byteLength(name)));
    return longest > LONGEST_NAME ? [pathTooLong(what, 'name', longest, LONGEST_NAME, origin)] : [];
  });

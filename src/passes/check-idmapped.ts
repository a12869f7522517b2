import {
  mappedReachable,
  mappedSystemDirectory,
  notMappable,
} from '../diagnostics/catalog/passes.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Located } from '../diagnostics/origin.ts';
import type { HostFacts } from '../facts/facts.ts';
import { filesystemsOf } from '../facts/image.ts';
import type { Domain } from '../ir/domain.ts';
import { isIdmapped } from '../ir/idmapped.ts';
import { isImage } from '../ir/image.ts';
import { isMappable } from '../linux/idmapped-mounts.ts';
import { withAncestors } from '../linux/paths.ts';
import { mountOf, realPath } from './mounted.ts';
import type { Doubts } from './pass.ts';

/**
 * A mount whose files have the ids inside that they have on the host gives root of the container the rights of root on them:
 * never on what the host itself lives on.
 * @see mount_setattr(2), "ID-mapped mounts"
 */
export const checkIdmapped = (
  domain: Domain,
  facts: HostFacts,
  doubts: Doubts,
): readonly Diagnostic[] =>
  doubts.has('idmap') || doubts.has('devices')
    ? []
    : domain.filesystems.flatMap((filesystem) =>
        isIdmapped(filesystem, domain) && 'source' in filesystem
          ? check(filesystem.source, isImage(filesystem), facts)
          : [],
      );

function check(
  { value, origin }: Located<string>,
  isAnImage: boolean,
  facts: HostFacts,
): readonly Diagnostic[] {
  if (!value.startsWith('/') || facts.paths[value]?.kind === 'missing') return [];
  if (!isAnImage && isOfSystem(realPath(value, facts)))
    return [mappedSystemDirectory(value, origin)];
  const type = isAnImage ? filesystemsOf(value, facts)?.[0] : mountOf(value, facts)?.type;
  if (type !== undefined && !isMappable(type, facts.kernel))
    return [notMappable(value, type, origin)];
  return !isAnImage && isReachable(value, facts) ? [mappedReachable(value, origin)] : [];
}

/** Directories of the host that are its own, though what lies below them may be a container's. */
const own: readonly string[] = ['/', '/home', '/media', '/mnt', '/opt', '/srv', '/tmp', '/var'];

/** Those of which all that lies below is the host's. */
const whole: readonly string[] =
  '/bin /boot /dev /etc /lib /lib32 /lib64 /proc /root /sbin /sys /usr'.split(' ');

const isOfSystem = (path: string): boolean =>
  own.includes(path) || whole.some((each) => path === each || path.startsWith(`${each}/`));

/** Whether others may go through each directory down to it, as far as that is known. */
function isReachable(source: string, { paths }: HostFacts): boolean {
  const modes = withAncestors(source).flatMap((path) => {
    const fact = paths[path];
    return fact !== undefined && 'mode' in fact && fact.mode !== undefined ? [fact.mode] : [];
  });
  return modes.length > 0 && modes.every((mode) => (Number.parseInt(mode, 8) & 1) !== 0);
}

import type { Domain } from '../ir/domain.ts';
import { extensionOf } from '../ir/extension.ts';
import type { Filesystem } from '../ir/filesystem.ts';
import { MEMINFO } from '../linux/memory-figures.ts';

/** Where lxcfs has its files. @see lxcfs(1) */
const LXCFS = '/var/lib/lxcfs/proc';

/** Binds the files of lxcfs that a domain asks for. What it mounts there itself stays. */
export function procOfLxcfs(domain: Domain): Domain {
  const asked = extensionOf(domain.metadata)?.proc;
  if (asked?.ofLxcfs !== true) return domain;
  const { origin } = asked;
  const names = [...(asked.meminfo ? [MEMINFO.slice('/proc/'.length)] : []), ...asked.files];
  const covered = domain.filesystems.map(({ target }) => target.value);
  const binds = names
    .filter((name) => !covered.includes(`/proc/${name}`))
    .map(
      (name): Filesystem => ({
        kind: 'mount',
        source: { value: `${LXCFS}/${name}`, origin },
        target: { value: `/proc/${name}`, origin },
        readOnly: false,
        origin,
      }),
    );
  return { ...domain, filesystems: [...domain.filesystems, ...binds] };
}

import type { Container } from '../container/container.ts';
import { mappedRoot } from '../container/idmap.ts';
import type { MeminfoSteps } from './meminfo.ts';
import { rule, step } from './steps.ts';

/** The steps about other files of /proc that the supervisor answers for. */
export function procFiles({ procFiles: asked, idmap }: Container): MeminfoSteps {
  if (asked === undefined) return { capture: [], attach: [], supervise: [] };
  const { files, origin } = asked;
  const [uid, gid] = [mappedRoot(idmap?.uid), mappedRoot(idmap?.gid)];
  return {
    capture: files.flatMap(({ file, version, reads }) => [
      step(origin, { op: 'proc.open', file, version, ...reads }),
      step(origin, { op: 'proc.create', file }),
    ]),
    // The points are files of procfs: nobody has to make them.
    attach: files.map(({ file }) =>
      step(rule('proc-files'), {
        op: 'mount.attach',
        base: 'inside',
        handle: `proc_${file}`,
        target: `/proc/${file}`,
      }),
    ),
    supervise: files.map(({ file }) => step(origin, { op: 'proc.serve', file, uid, gid })),
  };
}

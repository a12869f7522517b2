import { directoryOf } from '../../linux/paths.ts';
import type { ProcFile, ProcSource } from '../../linux/proc-files.ts';
import { procSources } from '../../linux/proc-files.ts';
import { outsideStage } from './capture.ts';
import { unless } from './checks.ts';
import { capture, supervise } from './places.ts';
import type { Records } from './record.ts';
import type { Id, Path } from './values.ts';

/** Files of /proc of the container: each a file that the supervisor answers for, as /proc/meminfo. */
export interface ProcOps {
  'proc.open': {
    readonly file: ProcFile;
    /** Of control groups: how their files are read. */
    readonly version: 1 | 2;
    /** How much processor time it gets … */
    readonly quota?: Path;
    /** … in each of these periods; on v2 both stand in one file. */
    readonly period?: Path;
    /** How much it has used. */
    readonly usage?: Path;
    readonly usageEach?: Path;
    readonly memoryLimit?: Path;
    readonly memoryUsage?: Path;
    readonly swapLimit?: Path;
    readonly swapUsage?: Path;
    /** Its threads. */
    readonly tasks?: Path;
    /** What it has read of devices, and written. */
    readonly operations?: Path;
    readonly bytes?: Path;
  };
  'proc.create': { readonly file: ProcFile };
  'proc.serve': { readonly file: ProcFile; readonly uid: Id; readonly gid: Id };
}

/** What it reads of groups, in the order in which that is opened. */
export const procReads = (
  step: ProcOps['proc.open'],
): readonly { readonly source: ProcSource; readonly path: string }[] =>
  procSources.flatMap((source) => {
    const path = step[source];
    return path === undefined ? [] : [{ source, path }];
  });

/** The descriptor of what is read for an answer. */
export const procHandle = (file: ProcFile, source: ProcSource | 'host'): string =>
  `${file}_${source}`;

export const procOps: Records<ProcOps> = {
  'proc.open': {
    place: capture,
    what: "Opens the host's file, what of the container's groups is shown in its place, and a connection of FUSE.",
    why: '<lxplain:proc> asks for it. The supervisor reads them when somebody inside asks.',
    object: ({ file, ...reads }) => {
      const names = procReads({ file, ...reads }).map(({ path }) => path);
      return `/proc/${file}${names.length === 0 ? '' : ` with ${names.join(', ')}`}`;
    },
    key: ({ file }) => `/proc/${file}`,
    opens: (step) => [
      `fuse_${step.file}`,
      procHandle(step.file, 'host'),
      ...procReads(step).map(({ source }) => procHandle(step.file, source)),
    ],
    closedBy: 'init.reap',
    before: outsideStage,
    check: (step, { groups }) =>
      procReads(step).flatMap(({ path }) =>
        unless(groups.has(directoryOf(path)), `${directoryOf(path)} is no group of the plan`),
      ),
  },
  'proc.create': {
    place: capture,
    what: 'Makes a file system of FUSE that is one file, attached nowhere yet.',
    why: 'It becomes that file of /proc of the container.',
    object: ({ file }) => `/proc/${file}`,
    key: ({ file }) => `/proc/${file}`,
    opens: ({ file }) => [`proc_${file}`],
    leadsNowhere: ({ file }) => [`proc_${file}`],
    uses: ({ file }) => [`fuse_${file}`],
    before: outsideStage,
  },
  'proc.serve': {
    place: supervise,
    what: "Answers for the file while the consoles are relayed: the host's, with what the container has.",
    why: 'Programs inside ask there what there is for them.',
    object: ({ file }) => `/proc/${file}`,
    key: ({ file }) => `/proc/${file}`,
    uses: ({ file }) => [`fuse_${file}`],
    after: { 'init.started': 'nobody knows yet that init runs' },
    before: { 'console.relay': 'nobody would ask any more' },
  },
};

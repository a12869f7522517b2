import { eachOnce, target, unless } from './checks.ts';
import { assemble } from './places.ts';
import type { Records } from './record.ts';
import type { Path } from './values.ts';

/** What /proc and /sys show of the machine, and a container is not to see. */
export interface MaskOps {
  'mask.open': { readonly files: readonly Path[]; readonly directories: readonly Path[] };
  'mask.attach': {
    readonly files: readonly Path[];
    readonly directories: readonly Path[];
    /** Directories that stay in sight, and become read-only. */
    readonly settings: readonly Path[];
  };
}

/** All that is hidden, or read-only. */
export const maskedPaths = ({
  files,
  directories,
  settings,
}: MaskOps['mask.attach']): readonly string[] => [...files, ...directories, ...settings];

const handles = ({ files, directories }: MaskOps['mask.open']): readonly string[] =>
  [...files, ...directories].map((_, index) => maskOf(index));

/** The descriptor of what hides the first, the second … of the paths: files before directories. */
export const maskOf = (index: number): string => `mask${index}`;

export const maskOps: Records<MaskOps> = {
  'mask.open': {
    place: assemble,
    what: 'Opens /dev/null of the host for each file that is to be hidden, and an empty tmpfs for each directory.',
    why: 'What hides them must not come from the root file system of the container, which others may have a hand in.',
    object: ({ files, directories }) =>
      `/dev/null for ${files.length}, tmpfs for ${directories.length}`,
    opens: handles,
    leadsNowhere: handles,
    times: 'at most once',
    after: { 'propagation.stop': 'mounts would reach the host' },
    check: ({ files, directories }) => ofKernel([...files, ...directories]),
  },
  'mask.attach': {
    place: assemble,
    what: 'Hides files and directories of the kernel, and makes others read-only.',
    why: 'They show the whole machine, or let root change it, whatever its capabilities are. What the kernel no longer has is left out.',
    object: ({ files, directories, settings }) =>
      [
        [...files, ...directories].join(' '),
        settings.length === 0 ? '' : `read-only: ${settings.join(' ')}`,
      ]
        .filter((part) => part !== '')
        .join(', '),
    uses: handles,
    times: 'at most once',
    tolerates: ['ENOENT'],
    after: {
      'root.detach-old': 'the host is still there',
    },
    check: (step) => ofKernel(maskedPaths(step)),
  },
};

const ofKernel = (paths: readonly string[]): readonly string[] => [
  ...paths.flatMap(target),
  ...eachOnce(paths),
  ...paths.flatMap((path) =>
    unless(/^\/(proc|sys)\/./.test(path), `${path} is nothing of the kernel's`),
  ),
];

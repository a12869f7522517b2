import type { Dump } from './dump.ts';

/** One thing that init sees otherwise; `absent` where one side has it not. */
export interface Difference {
  readonly what: string;
  readonly libvirt: string;
  readonly here: string;
}

export function differences(libvirt: Dump, here: Dump): Difference[] {
  const keys = [...new Set([...libvirt.keys(), ...here.keys()])];
  return keys
    .map((what) => ({
      what,
      libvirt: libvirt.get(what) ?? 'absent',
      here: here.get(what) ?? 'absent',
    }))
    .filter((difference) => difference.libvirt !== difference.here);
}

/** As the document would list it. */
export const asRow = ({ what, libvirt, here }: Difference): string =>
  `| \`${what}\` | \`${libvirt}\` | \`${here}\` |`;

/** A row of the document. `*` in a cell stands for any text. */
export interface Row {
  readonly text: string;
  matches(difference: Difference): boolean;
}

/**
 * The rows of the table below a heading: three cells of code and the reason. A cell may list several
 * texts, each between backquotes.
 */
export function readTable(document: string, heading = 'What init sees'): readonly Row[] {
  const section = document.split('\n## ').find((part) => part.startsWith(`${heading}\n`)) ?? '';
  return section
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((text) => {
      const [what, libvirt, here] = text.slice(2).split(' | ').map(patterns);
      const fits = (cell: readonly RegExp[] | undefined, value: string) =>
        cell?.some((pattern) => pattern.test(value)) === true;
      return {
        text,
        matches: (difference) =>
          fits(what, difference.what) &&
          fits(libvirt, difference.libvirt) &&
          fits(here, difference.here),
      };
    });
}

const patterns = (cell: string): RegExp[] =>
  [...cell.matchAll(/`([^`]*)`/g)].map(
    ([, text = '']) =>
      new RegExp(
        `^${text
          .split('*')
          .map((part) => part.replaceAll(/[\\^$.+?()[\]{}|]/g, '\\$&'))
          .join('[^]*')}$`,
      ),
  );

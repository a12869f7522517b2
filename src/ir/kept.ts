import type { Origin } from '../diagnostics/origin.ts';

/**
 * An element that has no effect on a container, but that libvirt reads, normalises and prints back. It is
 * in its printed form: values normalised, what is left out when printed left out, all in print order.
 * Which elements these are, and what they may hold, is in `frontend/xml/kept`.
 */
export interface Kept {
  readonly name: string;
  readonly attributes: readonly KeptAttribute[];
  readonly children: readonly Kept[];
  /** Character data; an element has either this or children. */
  readonly text?: string;
  readonly origin: Origin;
}

export interface KeptAttribute {
  readonly name: string;
  readonly value: string;
}

/** The value of an attribute, if the element has it. */
export const keptValue = ({ attributes }: Kept, wanted: string): string | undefined =>
  attributes.find(({ name }) => name === wanted)?.value;

import type { NumberSet } from './tuning.ts';

/** libvirt numbers processors and nodes below this. @see libvirt 9.0, src/conf/domain_conf.h, VIR_DOMAIN_CPUMASK_LEN */
export const NUMBERS = 16384;

/** As libvirt and the kernel print it: `0-3,7`; two neighbours make a range. */
export const formatNumberSet = (set: NumberSet): string =>
  set.map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`)).join(',');

/** All that libvirt can number: as good as no set. */
export const isFull = ([first]: NumberSet): boolean => first?.[0] === 0 && first[1] === NUMBERS - 1;

/** A byte for each number up to the largest that a text names: a set needs no more, and most are small. */
export function membersFor(text: string): Uint8Array {
  let most = 0;
  for (const digits of text.match(/\d+/g) ?? []) most = Math.max(most, Number(digits));
  return new Uint8Array(Math.min(most + 1, NUMBERS));
}

/** The numbers whose byte is 1. */
export function toNumberSet(members: Uint8Array): NumberSet {
  const set: [number, number][] = [];
  for (let from = members.indexOf(1); from !== -1; ) {
    const end = members.indexOf(0, from);
    const to = (end === -1 ? members.length : end) - 1;
    set.push([from, to]);
    from = members.indexOf(1, to + 1);
  }
  return set;
}

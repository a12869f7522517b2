import type { NumberSet } from './tuning.ts';

/** As libvirt and the kernel print it: `0-3,7`. */
export const formatNumberSet = (set: NumberSet): string =>
  set.map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`)).join(',');

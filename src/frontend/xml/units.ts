const powers = ['k', 'm', 'g', 't', 'p', 'e'];

/**
 * The factor of a unit: `KiB` and `K` are 1024, `KB` is 1000; upper and lower case are the same.
 * @see libvirt 9.0, src/util/virutil.c, virScaleInteger
 */
export function unitFactor(unit: string): bigint | undefined {
  const text = unit.toLowerCase();
  if (text === 'b' || text === 'byte' || text === 'bytes') return 1n;
  const power = BigInt(powers.indexOf(text.charAt(0)) + 1);
  if (power === 0n) return undefined;
  const rest = text.slice(1);
  if (rest === '' || rest === 'ib') return 1024n ** power;
  return rest === 'b' ? 1000n ** power : undefined;
}

/** A size of memory is smaller. @see libvirt 9.0, src/util/virutil.c, virMemoryMaxValue */
export const MOST_BYTES = (1n << 63n) - 1n;

/** Whole KiB, rounded up. */
export const toKiB = (bytes: bigint): number => Number((bytes + 1023n) / 1024n);

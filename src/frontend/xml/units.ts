const binary = 1024n;
const decimal = 1000n;
const powers = ['k', 'm', 'g', 't', 'p', 'e'];

/** The factor of a unit: `KiB` and `K` are 1024, `KB` is 1000; upper and lower case are the same. */
function factor(unit: string): bigint | undefined {
  const text = unit.toLowerCase();
  if (text === '' || text === 'b' || text === 'byte' || text === 'bytes') return 1n;
  const power = BigInt(powers.indexOf(text.charAt(0)) + 1);
  if (power === 0n) return undefined;
  const rest = text.slice(1);
  if (rest === '' || rest === 'ib') return binary ** power;
  return rest === 'b' ? decimal ** power : undefined;
}

/**
 * A size in bytes, or which of the two is at fault.
 * @see libvirt 9.0, src/util/virutil.c, virScaleInteger
 */
export function scaled(value: string, unit: string): bigint | 'value' | 'unit' {
  const digits = /^\s*\+?(\d{1,20})\s*$/.exec(value)?.[1];
  if (digits === undefined) return 'value';
  const by = factor(unit);
  if (by === undefined) return 'unit';
  const bytes = BigInt(digits) * by;
  return bytes < 1n << 63n ? bytes : 'value';
}

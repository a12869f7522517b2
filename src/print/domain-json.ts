import type { Domain } from '../ir/domain.ts';

/** The domain as JSON of plans/domain.schema.json: without places, and with 64-bit numbers as text. */
export const printDomainJson = (domain: Domain): string =>
  `${JSON.stringify(plain(domain), undefined, 2)}\n`;

function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).filter(([name]) => name !== 'origin');
  const [first] = members;
  const isLocated = 'origin' in value && members.length === 1 && first?.[0] === 'value';
  if (isLocated) return plain(first[1]);
  return Object.fromEntries(members.map(([name, member]) => [name, plain(member)]));
}

import { keptValue } from '../../../ir/kept.ts';
import { unitFactor } from '../units.ts';
import { type KeptRule, number, number64, oneOf, set, text } from './rule.ts';

/** A size in the largest unit that leaves it whole. @see libvirt 9.0, src/util/virutil.c, virFormatIntPretty */
const prettySize: KeptRule['finish'] = (kept) => {
  const unit = keptValue(kept, 'unit') ?? '';
  let size = BigInt(keptValue(kept, 'size') ?? 0) * (unitFactor(unit) ?? 1n);
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'];
  let index = 0;
  while (size !== 0n && size % 1024n === 0n && index < units.length - 1) {
    size /= 1024n;
    index++;
  }
  const changed = new Map([
    ['size', `${size}`],
    ['unit', units[index] ?? unit],
  ]);
  const attributes = kept.attributes.map(({ name, value }) => ({
    name,
    value: changed.get(name) ?? value,
  }));
  return { ...kept, attributes };
};

const unlessEmpty: KeptRule['finish'] = (kept) => (kept.children.length === 0 ? undefined : kept);

const vcpus = set('cpuset', { required: true });

/** How the virtual processors share caches and memory. @see libvirt 9.0, src/conf/domain_conf.c, virDomainCachetuneDefFormat */
export const resourceRules: Readonly<Record<'cachetune' | 'memorytune', KeptRule>> = {
  cachetune: {
    attributes: { vcpus },
    finish: unlessEmpty,
    children: {
      cache: {
        many: true,
        attributes: {
          id: number({ required: true }),
          level: number({ required: true }),
          type: oneOf('both code data', { required: true }),
          size: number64({ required: true }),
          unit: text({ default: 'KiB' }),
        },
        finish: prettySize,
      },
      monitor: { many: true, attributes: { level: number({ required: true }), vcpus } },
    },
  },
  memorytune: {
    attributes: { vcpus },
    finish: unlessEmpty,
    children: {
      node: {
        many: true,
        attributes: { id: number({ required: true }), bandwidth: number({ required: true }) },
      },
      monitor: { many: true, attributes: { vcpus } },
    },
  },
};

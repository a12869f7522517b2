import type { Features, Idmap, LxcNamespace, SharedNamespace } from '../../ir/domain.ts';
import type { Seclabel } from '../../ir/seclabel.ts';
import { element, named, nonEmptyElement, type Printed, textElement } from '../element.ts';

export const printIdmap = (idmap: Idmap | undefined): Printed | undefined =>
  idmap &&
  element(
    'idmap',
    {},
    (['uid', 'gid'] as const).flatMap((map) =>
      idmap[map].map(({ start, target, count }) => element(map, { start, target, count })),
    ),
  );

/** In this order, whatever the order of the input. @see libvirt 9.0, src/conf/domain_conf.c, virDomainFeature */
const featureOrder =
  'acpi apic pae hap viridian privnet hyperv kvm pvspinlock capabilities pmu vmport gic smm ioapic hpt vmcoreinfo htm nested-hv msrs ccf-assist xen cfpc sbbc ibs tcg'.split(
    ' ',
  );

/** Written as a pair of tags even if there is nothing inside. */
const pairs: readonly string[] = ['hyperv', 'kvm', 'xen'];

export function printFeatures({ privnet, capabilities, kept }: Features): Printed | undefined {
  const own = [
    privnet && element('privnet'),
    capabilities &&
      element(
        'capabilities',
        { policy: capabilities.policy },
        capabilities.states.map(({ name, state }) => element(name, { state })),
      ),
  ];
  if (kept === undefined) return nonEmptyElement('features', own); // in their order
  const given = [
    ...kept.map((each) => (pairs.includes(each.name) ? ({ ...each, pair: true } as const) : each)),
    ...own.filter((each) => each !== undefined),
  ];
  return nonEmptyElement(
    'features',
    featureOrder.flatMap((name) => named(given, name)),
  );
}

export function printSeclabel(label: Seclabel): Printed {
  const { type, model } = label;
  switch (label.type) {
    case 'none':
      return element('seclabel', { type, model });
    case 'dynamic':
      return element('seclabel', { type, model, relabel: 'yes' }, [
        textElement('baselabel', label.baselabel),
      ]);
    case 'static':
      return element('seclabel', { type, model, relabel: label.relabel ? 'yes' : 'no' }, [
        textElement('label', label.label),
      ]);
  }
}

export const printNamespace = (namespace: LxcNamespace | undefined): Printed | undefined =>
  namespace && {
    ...element(
      'lxc:namespace',
      {},
      (['sharenet', 'shareipc', 'shareuts'] as const).map((name) => shared(name, namespace[name])),
    ),
    pair: true,
  };

const shared = (name: string, share: SharedNamespace | undefined): Printed | undefined =>
  share === undefined || share.type === 'none'
    ? undefined
    : element(`lxc:${name}`, { type: share.type, value: share.value });

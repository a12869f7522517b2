import { addressTypeMissing, addressTypeUnknown } from '../../../diagnostics/catalog/devices.ts';
import type { Kept } from '../../../ir/kept.ts';
import type { Reading } from '../reading.ts';
import type { XmlElement } from '../tree.ts';
import { keep, keepOne } from './keep.ts';
import { type KeptRule, number, oneOf, onOff, text, type ValueRule, yesNo } from './rule.ts';

const hex = (hexDigits: number, fallback?: string): ValueRule =>
  number({ hexDigits, ...(fallback === undefined ? {} : { default: fallback }) });

const zero = number({ default: '0' });

/** @see libvirt 9.0, src/conf/device_conf.c and src/conf/domain_conf.c, virDomainDeviceInfoFormat */
const addresses: Readonly<Record<string, KeptRule['attributes']>> = {
  pci: {
    domain: hex(4, '0x0000'),
    bus: hex(2, '0x00'),
    slot: hex(2, '0x00'),
    function: hex(1, '0x0'),
    multifunction: onOff(),
  },
  drive: { controller: zero, bus: zero, target: zero, unit: zero },
  'virtio-serial': { controller: zero, bus: zero, port: number() },
  ccid: { controller: zero, slot: zero },
  usb: { bus: number(), port: text() },
  'spapr-vio': { reg: hex(8) },
  'virtio-s390': {},
  ccw: { cssid: hex(2), ssid: hex(1), devno: hex(4) },
  'virtio-mmio': {},
  isa: { iobase: hex(1), irq: hex(1) },
  dimm: { slot: number(), base: hex(1) },
  unassigned: {},
};

export interface InfoOptions {
  /** `boot` and `rom` are not for every device. */
  readonly boot?: boolean;
}

/**
 * What every device may have: `boot`, `rom`, `address`, in print order. An `alias` is dropped.
 * @see libvirt 9.0, src/conf/domain_conf.c, virDomainDeviceInfoParseXML
 */
export function keepInfo(
  reading: Reading,
  element: XmlElement,
  { boot = false }: InfoOptions = {},
): readonly Kept[] {
  reading.drop(element, ['alias']);
  const kept: (Kept | undefined)[] = [];
  if (boot) {
    kept.push(keepOne(reading, element, 'boot', bootRule));
    kept.push(keepOne(reading, element, 'rom', romRule));
  }
  const acpi = keepOne(reading, element, 'acpi', acpiRule);
  const address = reading.one(element, 'address');
  kept.push(acpi, address && keepAddress(reading, address));
  return kept.filter((each) => each !== undefined);
}

const bootRule: KeptRule = {
  attributes: { order: number({ required: true, zero: 'refused' }), loadparm: text() },
};

const romRule: KeptRule = {
  attributes: { enabled: yesNo(), bar: onOff(), file: text() },
  emptyIsDropped: true,
};

const acpiRule: KeptRule = {
  attributes: { index: number({ zero: 'refused' }) },
  emptyIsDropped: true,
};

function keepAddress(reading: Reading, element: XmlElement): Kept | undefined {
  const type = reading.attribute(element, 'type');
  if (type === undefined) return reading.report(addressTypeMissing(element.span));
  const attributes = addresses[type.value];
  if (attributes === undefined) return reading.report(addressTypeUnknown(type.value, type.span));
  return keep(reading, element, { attributes: { type: oneOf(type.value), ...attributes } });
}

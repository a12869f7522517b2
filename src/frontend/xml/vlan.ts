import {
  vlanNativeTwice,
  vlanTagMissing,
  vlanTagTooLarge,
  vlanTrunkInvalid,
  vlanTrunkNeeded,
} from '../../diagnostics/catalog/devices.ts';
import { source } from '../../diagnostics/origin.ts';
import type { Vlan, VlanTag } from '../../ir/interface.ts';
import { given, type Reading } from './reading.ts';
import type { XmlElement } from './tree.ts';

const MAX_ID = 4095;

/** @see libvirt 9.0, src/conf/netdev_vlan_conf.c, virNetDevVlanParse */
export function readVlan(reading: Reading, parent: XmlElement): Vlan | undefined {
  const element = reading.one(parent, 'vlan');
  if (element === undefined) return undefined;
  const before = reading.diagnostics.length;
  const elements = reading.many(element, 'tag');
  if (elements.length === 0) reading.report(vlanTagMissing(element.span));
  const tags = elements.flatMap((each) => readTag(reading, each) ?? []);
  const natives = elements.filter((each) => reading.attribute(each, 'nativeMode') !== undefined);
  if (natives[1] !== undefined) reading.report(vlanNativeTwice(natives[1].span));
  const trunk = readTrunk(reading, element, elements.length);
  if (reading.diagnostics.length > before) return undefined;
  return { trunk, tags, origin: source(element.span) };
}

function readTag(reading: Reading, element: XmlElement): VlanTag | undefined {
  if (reading.required(element, 'id') === undefined) return undefined;
  const id = reading.uint32(element, 'id');
  const nativeMode = reading.oneOf(element, 'nativeMode', ['tagged', 'untagged']);
  if (id === undefined) return undefined;
  if (id <= MAX_ID) return { id, ...given({ nativeMode }) };
  return reading.report(vlanTagTooLarge(id, element.span));
}

function readTrunk(reading: Reading, element: XmlElement, tags: number): boolean {
  const trunk = reading.attributeText(element, 'trunk');
  if (trunk === undefined) return tags > 1;
  const value = trunk.value.toLowerCase();
  if (value === 'yes') return true;
  if (tags > 1) reading.report(vlanTrunkNeeded(trunk.value, trunk.span));
  else if (value !== 'no') reading.report(vlanTrunkInvalid(trunk.value, trunk.span));
  return false;
}

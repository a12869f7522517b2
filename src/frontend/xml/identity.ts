import {
  domainTypeMissing,
  domainTypeUnknown,
  genidMalformed,
  nameMissing,
  onlyOnce,
  titleWithNewline,
  uuidMalformed,
} from '../../diagnostics/catalog/definition.ts';
import { type Located, located, source } from '../../diagnostics/origin.ts';
import type { Kept } from '../../ir/kept.ts';
import type { Reading } from './reading.ts';
import type { XmlElement } from './tree.ts';

/** @see libvirt 9.0, src/conf/virconftypes.h, virDomainVirtType */
const domainTypes: readonly string[] =
  'none qemu kqemu kvm xen lxc uml openvz test vmware hyperv vbox phyp parallels bhyve vz hvf'.split(
    ' ',
  );

/** @see libvirt 9.0, src/conf/domain_conf.c, virDomainDefParseIDs */
export function readName(reading: Reading, root: XmlElement): Located<string> | undefined {
  const name = reading.text(root, 'name');
  if (name !== undefined) return name;
  const place = root.children.find((child) => child.name === 'name') ?? root;
  return reading.report(nameMissing(place.span));
}

export function readUuid(reading: Reading, root: XmlElement): Located<string> | undefined {
  const text = reading.text(root, 'uuid');
  if (text === undefined) return undefined;
  const uuid = parseUuid(text.value);
  if (uuid !== undefined) return located(uuid, text.origin);
  return reading.report(uuidMalformed(reading.one(root, 'uuid')?.textSpan ?? root.span));
}

/** `<genid/>` asks for a random one, which `text` says by not being there. */
export function readGenid(reading: Reading, root: XmlElement): Kept | undefined {
  const [element, second] = reading.many(root, 'genid');
  if (element === undefined) return undefined;
  if (second !== undefined) return reading.report(onlyOnce('genid', second.span));
  const text = element.stringValue;
  const uuid = parseUuid(text);
  if (text !== '' && uuid === undefined) return reading.report(genidMalformed(element.textSpan));
  const made = { name: 'genid', attributes: [], children: [], origin: source(element.span) };
  return uuid === undefined ? made : { ...made, text: uuid };
}

/** The domain's type, if it is one that libvirt knows. */
export function readDomainType(reading: Reading, root: XmlElement): string | undefined {
  const type = reading.attribute(root, 'type');
  reading.askedOf(root).attributes.push('id');
  if (type === undefined || type.value === '') {
    return reading.report(domainTypeMissing(type?.span ?? root.span));
  }
  if (domainTypes.includes(type.value)) return type.value;
  return reading.report(domainTypeUnknown(type.value, type.span));
}

export function readTitle(reading: Reading, root: XmlElement): Located<string> | undefined {
  const title = reading.text(root, 'title');
  if (title?.value.includes('\n')) {
    return reading.report(titleWithNewline(reading.one(root, 'title')?.textSpan ?? root.span));
  }
  return title;
}

/**
 * 32 hexadecimal digits; between bytes, dashes and blanks mean nothing.
 * @see libvirt 9.0, src/util/viruuid.c, virUUIDParse
 */
export function parseUuid(text: string): string | undefined {
  const match = /^[ \t\n\v\f\r]*((?:[- ]*[0-9a-fA-F]{2}){16})[ \t\n\v\f\r]*$/.exec(text);
  if (match === null) return undefined;
  const hex = match[1]!.replaceAll(/[- ]/g, '').toLowerCase();
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

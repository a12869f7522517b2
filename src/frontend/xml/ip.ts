import {
  ipAddressInvalid,
  ipAddressMissing,
  ipPeerInvalid,
  ipPrefixInvalid,
  routeAddressBad,
  routeAttributeMissing,
  routeFamilyMismatch,
  routeFamilyNeeded,
  routeFamilyUnknown,
  routeNetmaskOther,
  routeNotANetwork,
  routePrefixAndNetmask,
  routePrefixInvalid,
} from '../../diagnostics/catalog/devices.ts';
import { source } from '../../diagnostics/origin.ts';
import type { IpAddress, Route } from '../../ir/interface.ts';
import { type Address, addressBits, parseAddress, parseAddressOf } from '../../linux/addresses.ts';
import { uint32 } from './numbers.ts';
import { given, type Reading } from './reading.ts';
import type { XmlElement } from './tree.ts';

/** Whose addresses they are, in the words of libvirt's messages. */
export type Owner = 'guest interface' | 'interface host IP' | 'Domain hostdev device';

export interface IpInfo {
  readonly addresses: readonly IpAddress[];
  readonly routes: readonly Route[];
}

/** @see libvirt 9.0, src/conf/domain_conf.c, virDomainNetIPInfoParseXML */
export const readIpInfo = (reading: Reading, parent: XmlElement, owner: Owner): IpInfo => ({
  addresses: reading.many(parent, 'ip').flatMap((each) => readAddress(reading, each) ?? []),
  routes: reading.many(parent, 'route').flatMap((each) => readRoute(reading, each, owner) ?? []),
});

const bitsOf = { ipv4: 32, ipv6: 128 } as const;

/** @see libvirt 9.0, src/conf/domain_conf.c, virDomainNetIPParseXML */
function readAddress(reading: Reading, element: XmlElement): IpAddress | undefined {
  const address = reading.attribute(element, 'address');
  const familyText = reading.attribute(element, 'family')?.value;
  const prefixText = reading.attribute(element, 'prefix');
  const peerText = reading.attribute(element, 'peer');
  if (address === undefined) return reading.report(ipAddressMissing(element.span));
  const wanted = familyText === 'ipv4' || familyText === 'ipv6' ? familyText : undefined;
  const parsed = parseIn(wanted, address.value);
  if (parsed === undefined) {
    return reading.report(ipAddressInvalid(address.value, address.span));
  }
  const prefix = prefixText === undefined ? 0 : uint32(prefixText.value, 'wraps');
  if (prefixText !== undefined && (prefix === undefined || prefix > bitsOf[parsed.family])) {
    return reading.report(ipPrefixInvalid(prefixText.value, prefixText.span));
  }
  const peer = peerText === undefined ? undefined : parseIn(parsed.family, peerText.value);
  if (peerText !== undefined && peer === undefined) {
    return reading.report(ipPeerInvalid(peerText.value, peerText.span));
  }
  return {
    address: parsed.text,
    family: parsed.family,
    ...given({ prefix: prefix === 0 ? undefined : prefix, peer: peer?.text }),
    origin: source(element.span),
  };
}

const parseIn = (family: Address['family'] | undefined, text: string): Address | undefined =>
  family === undefined ? parseAddress(text) : parseAddressOf(family, text);

/** @see libvirt 9.0, src/conf/networkcommon_conf.c, virNetDevIPRouteCreate */
function readRoute(reading: Reading, element: XmlElement, owner: Owner): Route | undefined {
  const { span } = element;
  const familyText = reading.attribute(element, 'family');
  const addressText = reading.attribute(element, 'address');
  const netmaskText = reading.attribute(element, 'netmask');
  const gatewayText = reading.attribute(element, 'gateway');
  const before = reading.diagnostics.length;
  const prefix = reading.uint32(element, 'prefix');
  const metric = reading.uint32(element, 'metric', { zero: 'refused' });
  if (reading.diagnostics.length > before) return undefined;
  if (addressText === undefined) {
    return reading.report(routeAttributeMissing(owner, 'address', span));
  }
  const address = parseAddress(addressText.value);
  if (address === undefined) {
    return reading.report(routeAddressBad(owner, 'network', addressText.value, addressText.span));
  }
  if (gatewayText === undefined) {
    return reading.report(routeAttributeMissing(owner, 'gateway', span));
  }
  const gateway = parseAddress(gatewayText.value);
  if (gateway === undefined) {
    return reading.report(routeAddressBad(owner, 'gateway', gatewayText.value, gatewayText.span));
  }
  const family = (['ipv4', 'ipv6'] as const).find((each) => each === familyText?.value);
  if (familyText !== undefined && family === undefined) {
    return reading.report(routeFamilyUnknown(owner, familyText.value, familyText.span));
  }
  const wanted = family ?? 'ipv4';
  if (address.family !== wanted) {
    return reading.report(
      family === undefined
        ? routeFamilyNeeded(owner, 'address', addressText.value, addressText.span)
        : routeFamilyMismatch(owner, family, 'address', addressText.value, addressText.span),
    );
  }
  if (gateway.family !== wanted) {
    const at = gatewayText.span;
    return reading.report(
      family === undefined
        ? routeFamilyNeeded(owner, 'gateway', addressText.value, at)
        : routeFamilyMismatch(owner, family, 'gateway address', gatewayText.value, at),
    );
  }
  const netmask = netmaskText === undefined ? undefined : parseAddress(netmaskText.value);
  if (netmaskText !== undefined && netmask === undefined) {
    return reading.report(routeAddressBad(owner, 'netmask', netmaskText.value, netmaskText.span));
  }
  if (netmask !== undefined && netmask.family !== wanted) {
    return reading.report(
      routeNetmaskOther(owner, wanted, netmask.text, addressText.value, netmaskText!.span),
    );
  }
  if (netmask !== undefined && prefix !== undefined) {
    return reading.report(routePrefixAndNetmask(owner, span));
  }
  const bits = bitsOf[wanted];
  if (prefix !== undefined && prefix > bits) {
    return reading.report(routePrefixInvalid(owner, prefix, bits, span));
  }
  const length = prefix ?? (netmask === undefined ? 0 : ones(addressBits(netmask), bits));
  if (addressBits(address) & ((1n << BigInt(bits - length)) - 1n)) {
    return reading.report(routeNotANetwork(owner, addressText.value, addressText.span));
  }
  return {
    address: address.text,
    gateway: gateway.text,
    ...given({ family, prefix, netmask: netmask?.text, metric }),
    origin: source(span),
  };
}

/** The leading ones of a netmask. */
function ones(mask: bigint, bits: number): number {
  let length = 0;
  while (length < bits && (mask >> BigInt(bits - 1 - length)) & 1n) length++;
  return length;
}

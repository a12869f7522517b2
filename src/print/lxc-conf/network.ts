import { noInterface, noKey, onlyDefaultRoute } from '../../diagnostics/catalog/ledger.ts';
import type { Domain } from '../../ir/domain.ts';
import type { Interface, IpAddress, Route } from '../../ir/interface.ts';
import type { ConfWriter } from './writer.ts';

/** The groups of the interfaces, then of the devices of the host; one that says so if there is neither. */
export function writeNetwork(out: ConfWriter, domain: Domain): void {
  const { interfaces, hostdevs, features, origin } = domain;
  out.section('network');
  let number = 0;
  for (const each of interfaces) {
    if (writeInterface(out, each, `lxc.net.${number}`)) number++;
  }
  for (const hostdev of hostdevs) {
    if (hostdev.kind !== 'net') continue;
    const prefix = `lxc.net.${number++}`;
    out.set(`${prefix}.type`, 'phys', '<hostdev>', hostdev.origin);
    out.set(`${prefix}.link`, hostdev.interface.value, '<hostdev>', hostdev.origin);
    writeAddresses(out, prefix, hostdev.addresses, hostdev.routes);
  }
  if (number > 0) return;
  const isPrivate = features.privnet !== undefined || interfaces.length > 0;
  out.set('lxc.net.0.type', isPrivate ? 'empty' : 'none', '<privnet>', origin);
}

const MODES = {
  private: 'private',
  vepa: 'vepa',
  bridge: 'bridge',
  passthrough: 'passthru',
} as const;

/** Whether lxc has such an interface. */
function writeInterface(out: ConfWriter, each: Interface, prefix: string): boolean {
  const { origin, mac, guest, mtu, target, link, addresses, routes } = each;
  const set = (key: string, value: string) =>
    out.set(`${prefix}.${key}`, value, '<interface>', origin);
  switch (each.kind) {
    case 'network':
    case 'other':
      out.lost(
        '<interface>',
        origin,
        noInterface(each.kind === 'other' ? each.type.value : each.kind),
      );
      return false;
    case 'bridge':
      set('type', 'veth');
      set('link', each.bridge.value);
      break;
    case 'ethernet':
      set('type', 'veth');
      if (each.hostAddresses.length > 0 || each.hostRoutes.length > 0) {
        out.lost("<source> of '<interface>'", origin, noKey('addresses of the host’s end'));
      }
      break;
    case 'direct':
      set('type', 'macvlan');
      set('link', each.device.value);
      set('macvlan.mode', MODES[each.mode]);
      break;
  }
  // libvirt brings up what has an address, if nothing says otherwise.
  if ((link?.value ?? (addresses.length > 0 ? 'up' : 'down')) === 'up') set('flags', 'up');
  if (mac !== undefined) set('hwaddr', mac.value);
  if (guest !== undefined) set('name', guest.value);
  if (mtu !== undefined) set('mtu', String(mtu.value));
  if (target !== undefined && each.kind !== 'direct') set('veth.pair', target.value);
  writeAddresses(out, prefix, addresses, routes);
  for (const element of [
    'bandwidth',
    'vlan',
    'virtualport',
    'filterref',
    'script',
    'downscript',
    'isolated',
    'backendDomain',
  ] as const) {
    if (each[element] !== undefined) out.lost(`<${element}>`, origin, noKey(`<${element}>`));
  }
  return true;
}

function writeAddresses(
  out: ConfWriter,
  prefix: string,
  addresses: readonly IpAddress[],
  routes: readonly Route[],
): void {
  for (const address of addresses) {
    const text = `${address.address}/${address.prefix ?? assumedPrefix(address)}`;
    out.set(`${prefix}.${address.family}.address`, text, '<ip>', address.origin);
    if (address.peer !== undefined) out.lost('<ip peer>', address.origin, noKey('the other end'));
  }
  for (const route of routes) {
    const family = route.family ?? (route.gateway.includes(':') ? 'ipv6' : 'ipv4');
    const isDefault =
      (route.address === '0.0.0.0' || route.address === '::') &&
      (route.prefix ?? 0) === 0 &&
      (route.netmask === undefined || route.netmask === '0.0.0.0');
    if (!isDefault) out.lost('<route>', route.origin, onlyDefaultRoute);
    else out.set(`${prefix}.${family}.gateway`, route.gateway, '<route>', route.origin);
    if (route.metric !== undefined) out.lost('<route metric>', route.origin, noKey('metrics'));
  }
}

/** @see libvirt 9.0, src/util/virsocketaddr.c, virSocketAddrGetIPPrefix: the classes of IPv4 */
function assumedPrefix({ address, family }: IpAddress): number {
  if (family === 'ipv6') return 64;
  const first = Number(address.split('.')[0]);
  return first < 128 ? 8 : first < 192 ? 16 : 24;
}

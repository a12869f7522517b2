import type {
  Bandwidth,
  BandwidthLimit,
  Filterref,
  Interface,
  IpAddress,
  Route,
  Virtualport,
  Vlan,
} from '../../ir/interface.ts';
import { element, extended, named, others, type Printed } from '../element.ts';

/** @see libvirt 9.0, src/conf/domain_conf.c, virDomainNetDefFormat */
export function printInterface(each: Interface): Printed {
  const { mac, vlan, virtualport, bandwidth, filterref, kept } = each;
  const path = (name: string, value: string | undefined) =>
    value === undefined ? undefined : element(name, { path: value });
  const printed = element(
    'interface',
    { type: each.kind === 'other' ? each.type.value : each.kind },
    [
      mac && extended(element('mac', { address: mac.value }), each.keptMac),
      printSource(each),
      vlan && printVlan(vlan),
      virtualport && printVirtualport(virtualport),
      bandwidth && printBandwidth(bandwidth),
      each.isolated && element('port', { isolated: yesNo(each.isolated.value) }),
      ...each.addresses.map(printAddress),
      ...each.routes.map(printRoute),
      path('script', each.script?.value),
      path('downscript', each.downscript?.value),
      each.backendDomain && element('backenddomain', { name: each.backendDomain.value }),
      each.target === undefined && each.targetManaged === undefined
        ? undefined
        : element('target', { dev: each.target?.value, managed: yesNo(each.targetManaged) }),
      each.guest === undefined && each.guestActual === undefined
        ? undefined
        : element('guest', { dev: each.guest?.value, actual: each.guestActual }),
      ...named(kept, 'model'),
      ...named(kept, 'driver'),
      ...named(kept, 'backend'),
      filterref && printFilterref(filterref),
      ...named(kept, 'tune'),
      ...named(kept, 'teaming'),
      each.link && element('link', { state: each.link.value }),
      each.mtu && element('mtu', { size: each.mtu.value }),
      ...others(kept, placed),
    ],
  );
  return extended(printed, each.keptAttributes);
}

/** What stands among the elements that are typed; the rest comes behind them. */
const placed: readonly string[] = ['model', 'driver', 'backend', 'tune', 'teaming'];

const yesNo = (value: boolean | undefined): string | undefined =>
  value === undefined ? undefined : value ? 'yes' : 'no';

function printSource(each: Interface): Printed | undefined {
  switch (each.kind) {
    case 'network':
      return element('source', { network: each.network.value, portgroup: each.portgroup });
    case 'bridge':
      return element('source', { bridge: each.bridge.value });
    case 'direct':
      return element('source', { dev: each.device.value, mode: each.mode });
    case 'ethernet': {
      const info = [...each.hostAddresses.map(printAddress), ...each.hostRoutes.map(printRoute)];
      return info.length === 0 ? undefined : element('source', {}, info);
    }
    case 'other':
      return each.keptSource;
  }
}

export const printAddress = ({ address, family, prefix, peer }: IpAddress): Printed =>
  element('ip', { address, family, prefix, peer });

export const printRoute = (route: Route): Printed =>
  element('route', {
    family: route.family,
    address: route.address,
    netmask: route.netmask,
    prefix: route.prefix,
    gateway: route.gateway,
    metric: route.metric,
  });

/** @see libvirt 9.0, src/conf/netdev_vlan_conf.c, virNetDevVlanFormat */
const printVlan = ({ trunk, tags }: Vlan): Printed =>
  element(
    'vlan',
    { trunk: trunk ? 'yes' : undefined },
    tags.map(({ id, nativeMode }) => element('tag', { id, nativeMode })),
  );

const printVirtualport = (port: Virtualport): Printed => {
  const parameters = element('parameters', {
    managerid: port.managerId,
    typeid: port.typeId,
    typeidversion: port.typeIdVersion,
    instanceid: port.instanceId,
    interfaceid: port.interfaceId,
    profileid: port.profileId,
  });
  const children = parameters.attributes === '' ? [] : [parameters];
  return element('virtualport', { type: port.type }, children);
};

/** Limits that are all zero leave an empty pair of tags. */
const printBandwidth = ({ inbound, outbound }: Bandwidth): Printed => ({
  ...element('bandwidth', {}, [printLimit('inbound', inbound), printLimit('outbound', outbound)]),
  pair: true,
});

function printLimit(name: string, limit: BandwidthLimit | undefined): Printed | undefined {
  if (limit?.average === undefined && limit?.floor === undefined) return undefined;
  const { average, peak, floor, burst } = limit;
  return element(name, { average, peak, floor, burst });
}

const printFilterref = ({ filter, parameters }: Filterref): Printed =>
  element(
    'filterref',
    { filter },
    parameters.map(({ name, value }) => element('parameter', { name, value })),
  );

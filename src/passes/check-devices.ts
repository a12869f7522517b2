import {
  deviceMissing,
  deviceNameBad,
  deviceNameTaken,
  deviceNotKnown,
  deviceOfOtherKind,
  usbNotTold,
} from '../diagnostics/catalog/granted-devices.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { HostFacts } from '../facts/facts.ts';
import type { Domain } from '../ir/domain.ts';
import { nodesOfEvery } from '../libvirt/devices.ts';
import { type Granted, grantedDevices } from '../libvirt/granted-devices.ts';
import type { Doubts } from './pass.ts';

/** Each device of the host that a domain asks for has to be there, of its kind, and under a name of its own. */
export function checkDevices(
  domain: Domain,
  facts: HostFacts,
  doubts: Doubts,
): readonly Diagnostic[] {
  if (doubts.has('devices')) return [];
  const { granted, untold } = grantedDevices(domain, facts.usb);
  return [
    ...untold.map(({ device, found }) => usbNotTold(device, found, device.origin)),
    ...granted.flatMap((each) => [...checkName(each), ...checkSource(each, facts)]),
    ...checkTaken(granted, domain),
  ];
}

const checkName = ({ name, source, origin }: Granted): readonly Diagnostic[] => {
  const parts = name.split('/');
  const isPlain = parts.every((each) => /^(?!\.{0,2}$)[^\0\n]{1,255}$/.test(each));
  return isPlain && source.startsWith('/') ? [] : [deviceNameBad(name, source, origin)];
};

function checkSource({ source, type, origin }: Granted, facts: HostFacts): readonly Diagnostic[] {
  const fact = facts.paths[source];
  if (!source.startsWith('/')) return [];
  if (fact === undefined) return [deviceNotKnown(source, origin)];
  if (fact.kind === 'missing') return [deviceMissing(source, origin)];
  const kind = { block: 'b', char: 'c', file: 'file' }[fact.kind as string];
  return kind !== undefined && (type === kind || (type === 'either' && kind !== 'file'))
    ? []
    : [deviceOfOtherKind(source, type, fact.kind, origin)];
}

/** What every container has in /dev, and what its consoles are called. */
const others = ['tty', 'console', 'ptmx', 'pts', 'stdin', 'stdout', 'stderr', 'fd'] as const;

/** No two nodes have one name, nor lies one below another. */
function checkTaken(granted: readonly Granted[], { consoles }: Domain): readonly Diagnostic[] {
  const taken = new Set<string>([
    ...others,
    ...nodesOfEvery.map(({ name }) => name),
    ...consoles.map((_, index) => `tty${index + 1}`),
  ]);
  return granted.flatMap(({ name, origin }) => {
    const isTaken = [...taken].some(
      (each) => each === name || name.startsWith(`${each}/`) || each.startsWith(`${name}/`),
    );
    taken.add(name);
    return isTaken ? [deviceNameTaken(name, origin)] : [];
  });
}

import type { Origin } from '../diagnostics/origin.ts';
import type { LookedUp } from '../facts/facts.ts';
import type { Domain } from '../ir/domain.ts';
import type { Hostdev } from '../ir/hostdev.ts';

/** A device of the host that a domain asks for. */
export interface Granted {
  /** Where its node is below /dev of the container. */
  readonly name: string;
  readonly source: string;
  /** What it has to be: either device, where that decides, or a file, of which a loop device makes one. */
  readonly type: 'b' | 'c' | 'either' | 'file';
  /** Of the list of devices. */
  readonly access: 'rwm' | 'rm' | 'r';
  /** The rights of its node; those of the host's node without them. */
  readonly mode?: string;
  readonly origin: Origin;
}

/** A USB device that cannot be told, for want of one or among several. */
export interface Untold {
  readonly device: UsbHostdev;
  readonly found: number;
}

type UsbHostdev = Extract<Hostdev, { readonly kind: 'usb' }>;

/**
 * The nodes that libvirt makes beside those of every container, in its order, and what of it cannot be told.
 * @see libvirt 9.0, src/lxc/lxc_controller.c, virLXCControllerSetupTimers, SetupAllDisks, SetupAllHostdevs
 */
export function grantedDevices(
  domain: Domain,
  usb: LookedUp['usb'],
): { readonly granted: readonly Granted[]; readonly untold: readonly Untold[] } {
  const untold: Untold[] = [];
  const hostdevs = domain.hostdevs.flatMap((each): Granted[] => {
    if (each.kind === 'storage') return [asOnHost(each.block.value, 'b', each.block.origin)];
    if (each.kind === 'misc') return [asOnHost(each.char.value, 'c', each.char.origin)];
    if (each.kind !== 'usb') return [];
    const places = usbPlaces(each, usb);
    if (places.length === 1) return places.map((place) => usbNode(place, each.origin));
    untold.push({ device: each, found: places.length });
    return [];
  });
  return { granted: [...timers(domain), ...disks(domain), ...hostdevs], untold };
}

function timers({ clock }: Domain): readonly Granted[] {
  if (clock?.offset !== 'localtime') return [];
  const sources: Readonly<Record<string, string>> = { rtc: '/dev/rtc0', hpet: '/dev/hpet' };
  return clock.timers.flatMap(({ name, present, origin }): Granted[] => {
    const source = sources[name];
    return source === undefined || present === false
      ? []
      : [{ name, source, type: 'c', access: 'r', origin }];
  });
}

const disks = ({ disks: all }: Domain): readonly Granted[] =>
  all.flatMap(({ kind, source, target, readOnly }): Granted[] =>
    (kind !== 'block' && kind !== 'file') || source === undefined
      ? []
      : [
          {
            name: target.value,
            source: source.value,
            type: kind === 'file' ? 'file' : 'either',
            access: readOnly ? 'rm' : 'rwm',
            mode: '0700',
            origin: source.origin,
          },
        ],
  );

/** The path without its first component: /dev/mapper/x is /dev/mapper/x in the container, too. */
const asOnHost = (source: string, type: 'b' | 'c', origin: Origin): Granted => ({
  name: source.split('/').filter(Boolean).slice(1).join('/'),
  source,
  type,
  access: 'rwm',
  mode: '0700',
  origin,
});

interface Place {
  readonly bus: number;
  readonly device: number;
}

/** By its place, or each that has the vendor and the product. */
export function usbPlaces(
  { bus, device, vendor, product }: UsbHostdev,
  usb: LookedUp['usb'],
): readonly Place[] {
  const all = (usb ?? []).filter(
    (each) =>
      (vendor === undefined || each.vendor === vendor) &&
      (product === undefined || each.product === product),
  );
  if (bus === undefined || device === undefined) return all;
  if (vendor === undefined) return [{ bus, device }];
  return all.filter((each) => each.bus === bus && each.device === device);
}

const usbNode = ({ bus, device }: Place, origin: Origin): Granted => {
  const path = `bus/usb/${String(bus).padStart(3, '0')}/${String(device).padStart(3, '0')}`;
  const source = `/dev/${path}`;
  return { name: path, source, type: 'c', access: 'rwm', mode: '0700', origin };
};

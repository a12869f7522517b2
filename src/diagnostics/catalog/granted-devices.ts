import { error } from '../diagnostic.ts';
import type { Origin } from '../origin.ts';

const kinds: Readonly<Record<string, string>> = {
  b: 'a block device',
  c: 'a character device',
  file: 'a file',
};

export const deviceMissing = (source: string, at: Origin) =>
  error('device/missing', at, `device '${source}' does not exist on this host`);

export const deviceNotKnown = (source: string, at: Origin) =>
  error('device/not-known', at, `these facts do not know the number of device '${source}'`, {
    help: "make them there, with the domain: 'lxplain facts FILE'",
  });

/** `wanted` is `b`, `c`, `either` or `file`; `found` the kind of the fact. */
export const deviceOfOtherKind = (source: string, wanted: string, found: string, at: Origin) =>
  error(
    'device/of-other-kind',
    at,
    `'${source}' is a ${found === 'char' ? 'character device' : found === 'block' ? 'block device' : found}: expected ${kinds[wanted] ?? 'a device'}`,
    found === 'file'
      ? { help: "an image is given as <disk type='file'>, or as <filesystem type='file'>" }
      : {},
  );

export const deviceNameBad = (name: string, source: string, at: Origin) =>
  error('device/bad-name', at, `'${source}' gives no node below /dev: '${name}' is no name there`, {
    help: 'the node is called as the source, without its first directory',
  });

export const deviceNameTaken = (name: string, at: Origin) =>
  error('device/name-taken', at, `/dev/${name} is there already, or on the way to another node`);

/** `found` devices of the host fit. */
export const usbNotTold = (
  { vendor = 0, product = 0 }: { readonly vendor?: number; readonly product?: number },
  found: number,
  at: Origin,
) => {
  const hex = (id: number): string => id.toString(16).padStart(4, '0');
  const which = `${hex(vendor)}:${hex(product)}`;
  return found === 0
    ? error('device/no-usb', at, `there is no USB device ${which} on this host`, {
        help: "'lsusb' lists those that there are",
      })
    : error('device/several-usb', at, `${found} USB devices of this host are ${which}`, {
        help: "give its place, too: <address bus='…' device='…'/>",
      });
};

import { readdirSync } from 'node:fs';
import type { UsbFact } from '../facts.ts';
import { text } from './text.ts';

const DEVICES = '/sys/bus/usb/devices';

/** The USB devices of the host; none without USB. @see Documentation/ABI/stable/sysfs-bus-usb */
export function usbOnHost(): readonly UsbFact[] {
  return names().flatMap((name) => {
    const number = (file: string, base: number): number =>
      Number.parseInt(text(`${DEVICES}/${name}/${file}`) ?? '', base);
    const fact = {
      bus: number('busnum', 10),
      device: number('devnum', 10),
      vendor: number('idVendor', 16),
      product: number('idProduct', 16),
    };
    // An interface of a device has no such files.
    return Object.values(fact).some(Number.isNaN) ? [] : [fact];
  });
}

function names(): readonly string[] {
  try {
    return readdirSync(DEVICES).sort();
  } catch {
    return [];
  }
}

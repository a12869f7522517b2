import type { Console } from '../../ir/console.ts';
import type { Disk } from '../../ir/disk.ts';
import type { Domain } from '../../ir/domain.ts';
import type { Filesystem } from '../../ir/filesystem.ts';
import type { Hostdev } from '../../ir/hostdev.ts';
import { attributesOf, element, named, type Printed, textElement } from '../element.ts';
import { printAddress, printInterface, printRoute } from './interface.ts';

export function printDevices(domain: Domain): Printed {
  const kept = (...names: readonly string[]): readonly Printed[] =>
    names.flatMap((name) => named(domain.keptDevices, name));
  return element('devices', {}, [
    textElement('emulator', domain.emulator?.value),
    ...domain.disks.map(printDisk),
    ...kept('controller', 'lease'),
    ...domain.filesystems.map(printFilesystem),
    ...domain.interfaces.map(printInterface),
    ...kept('smartcard', 'serial', 'parallel'),
    ...domain.consoles.map(printConsole),
    ...kept('channel', 'tpm', 'graphics', 'sound', 'audio', 'video'),
    ...domain.hostdevs.map(printHostdev),
    ...kept('redirdev', 'redirfilter', 'hub', 'watchdog', 'memballoon', 'rng', 'nvram', 'panic'),
    ...kept('shmem', 'iommu', 'vsock'),
  ]);
}

const extended = (printed: Printed, attributes: Printed['attributes'] | undefined): Printed =>
  attributes === undefined
    ? printed
    : { ...printed, attributes: [...printed.attributes, ...attributes] };

function printFilesystem(filesystem: Filesystem): Printed {
  const { kind, accessMode, driver, target, readOnly, kept, keptAttributes } = filesystem;
  const limit = (name: string, bytes: bigint | undefined) =>
    textElement(name, bytes, { unit: 'bytes' });
  return extended(
    {
      ...element('filesystem', { type: kind, accessmode: accessMode ?? 'passthrough' }),
      children: [
        driver &&
          extended(
            element('driver', { type: driver.type, format: driver.format }),
            driver.keptAttributes,
          ),
        ...named(kept, 'binary'),
        element('source', filesystemSource(filesystem)),
        element('target', { dir: target.value }),
        readOnly ? element('readonly') : undefined,
        ...(kept ?? []).filter(({ name }) => name !== 'binary'),
        limit('space_hard_limit', filesystem.spaceHardLimitBytes),
        limit('space_soft_limit', filesystem.spaceSoftLimitBytes),
      ].filter((child) => child !== undefined),
    },
    keptAttributes,
  );
}

function filesystemSource(filesystem: Filesystem): Readonly<Record<string, string | number>> {
  switch (filesystem.kind) {
    case 'mount':
    case 'bind':
      return { dir: filesystem.source.value };
    case 'block':
      return { dev: filesystem.source.value };
    case 'file':
      return { file: filesystem.source.value };
    case 'template':
      return { name: filesystem.source.value };
    case 'ram':
      return { usage: filesystem.usageKiB, units: 'KiB' };
    case 'volume':
      return { pool: filesystem.pool, volume: filesystem.volume };
  }
}

function printConsole({ type, targetType, kept = [] }: Console, index: number): Printed {
  const address = named(kept, 'address');
  return element('console', { type }, [
    ...kept.filter(({ name }) => name !== 'address'),
    element('target', { type: targetType ?? 'lxc', port: index }),
    ...address,
  ]);
}

function printDisk(disk: Disk): Printed {
  const { kind, device, driverName, format, cache, keptDriver, kept = [] } = disk;
  const driver = extended(element('driver', { name: driverName, type: format, cache }), keptDriver);
  const front = ['geometry', 'blockio'];
  const placed = [...front, 'source', 'iotune'];
  return extended(
    {
      ...element('disk', { type: kind, device }),
      children: [
        ...(driver.attributes.length === 0 ? [] : [driver]),
        ...diskSource(disk),
        ...front.flatMap((name) => named(kept, name)),
        element('target', { dev: disk.target.value, bus: disk.bus }),
        ...named(kept, 'iotune'),
        ...(disk.readOnly ? [element('readonly')] : []),
        ...kept.filter(({ name }) => !placed.includes(name)),
      ],
    },
    disk.keptAttributes,
  );
}

function diskSource({ kind, source, keptSource, kept }: Disk): readonly Printed[] {
  if (source === undefined) return named(kept, 'source');
  const name = kind === 'block' ? 'dev' : kind === 'dir' ? 'dir' : 'file';
  return [extended(element('source', { [name]: source.value }), keptSource)];
}

function printHostdev(hostdev: Hostdev): Printed {
  const kept = hostdev.kept ?? [];
  const caps = (type: string, source: Printed | undefined, more: readonly Printed[] = []) =>
    element('hostdev', { mode: 'capabilities', type }, [
      element('source', {}, [source]),
      ...more,
      ...kept,
    ]);
  switch (hostdev.kind) {
    case 'storage':
      return caps('storage', textElement('block', hostdev.block.value));
    case 'misc':
      return caps('misc', textElement('char', hostdev.char.value));
    case 'net': {
      const info = [...hostdev.addresses.map(printAddress), ...hostdev.routes.map(printRoute)];
      return caps('net', textElement('interface', hostdev.interface.value), info);
    }
    case 'usb':
      return element(
        'hostdev',
        { mode: 'subsystem', type: 'usb', managed: hostdev.managed ? 'yes' : 'no' },
        [usbSource(hostdev), ...kept],
      );
    case 'other':
      return extended(
        element('hostdev', { mode: 'subsystem', type: hostdev.type }, kept),
        hostdev.keptAttributes,
      );
  }
}

const hex = (value: number): string => `0x${value.toString(16).padStart(4, '0')}`;

function usbSource(usb: Extract<Hostdev, { kind: 'usb' }>): Printed {
  const { vendor, product, bus, device, keptSource } = usb;
  const source = element('source', {}, [
    vendor === undefined ? undefined : element('vendor', { id: hex(vendor) }),
    product === undefined ? undefined : element('product', { id: hex(product) }),
    bus === undefined && device === undefined ? undefined : element('address', { bus, device }),
  ]);
  return { ...source, attributes: keptSource ?? attributesOf({}) };
}

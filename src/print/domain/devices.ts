import type { Console } from '../../ir/console.ts';
import type { Disk } from '../../ir/disk.ts';
import type { Domain } from '../../ir/domain.ts';
import type { Filesystem } from '../../ir/filesystem.ts';
import type { Hostdev } from '../../ir/hostdev.ts';
import { element, extended, NONE, named, others, type Printed, textElement } from '../element.ts';
import { printAddress, printInterface, printRoute } from './interface.ts';

export function printDevices(domain: Domain): Printed {
  const kept = (...names: readonly string[]): readonly Printed[] =>
    domain.keptDevices === undefined
      ? NONE
      : names.flatMap((name) => named(domain.keptDevices, name));
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

function printFilesystem(filesystem: Filesystem): Printed {
  const { kind, socket, accessMode, driver, target, readOnly, kept, keptAttributes } = filesystem;
  const type = kind === 'socket' ? filesystem.type : kind;
  const accessmode = accessMode ?? (socket === undefined ? 'passthrough' : undefined);
  return extended(
    element('filesystem', { type, accessmode }, [
      driver &&
        extended(
          element('driver', { type: driver.type, format: driver.format }),
          driver.keptAttributes,
        ),
      ...named(kept, 'binary'),
      filesystemSource(filesystem),
      element('target', { dir: target.value }),
      readOnly ? element('readonly') : undefined,
      ...others(kept, binary),
      textElement('space_hard_limit', filesystem.spaceHardLimitBytes, inBytes),
      textElement('space_soft_limit', filesystem.spaceSoftLimitBytes, inBytes),
    ]),
    keptAttributes,
  );
}

const binary: readonly string[] = ['binary'];
const inBytes = { unit: 'bytes' };

/** None of a type that libvirt prints no socket of. */
function filesystemSource(filesystem: Filesystem): Printed | undefined {
  const from = (attributes: Readonly<Record<string, string | number>>) =>
    element('source', attributes);
  switch (filesystem.kind) {
    case 'mount':
    case 'bind':
      return from({ dir: filesystem.source.value });
    case 'block':
      return from({ dev: filesystem.source.value });
    case 'file':
      return from({ file: filesystem.source.value });
    case 'template':
      return from({ name: filesystem.source.value });
    case 'ram':
      return from({ usage: filesystem.usageKiB, units: 'KiB' });
    case 'volume':
      return from({ pool: filesystem.pool, volume: filesystem.volume });
    case 'socket':
      return filesystem.type === 'mount' || filesystem.type === 'bind'
        ? from({ socket: filesystem.socket.value })
        : undefined;
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
        ...(driver.attributes === '' ? [] : [driver]),
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

function diskSource({ kind, source, keptSource, keptSeclabels, kept }: Disk): readonly Printed[] {
  if (source === undefined) return named(kept, 'source');
  const name = kind === 'block' ? 'dev' : kind === 'dir' ? 'dir' : 'file';
  return [extended(element('source', { [name]: source.value }, keptSeclabels), keptSource)];
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
  return extended(source, keptSource);
}

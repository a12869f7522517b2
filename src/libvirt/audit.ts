import type { LookedUp } from '../facts/facts.ts';
import type { Domain } from '../ir/domain.ts';
import type { Filesystem } from '../ir/filesystem.ts';
import { auditValue } from '../linux/audit.ts';
import { usbPlaces } from './granted-devices.ts';

/**
 * What a container gets of the host, a record each, in libvirt's order.
 * @see libvirt 9.0, src/conf/domain_audit.c, virDomainAuditStart; https://libvirt.org/auditlog.html
 */
export function auditResources(domain: Domain, usb: LookedUp['usb']): readonly string[] {
  const { filesystems, interfaces, consoles, memoryKiB, vcpu } = domain;
  const machine = auditMachine(domain.name.value, domain.uuid?.value ?? '');
  const record = (kind: string, fields: string) =>
    `virt=lxc resrc=${kind} reason=start ${machine} ${fields}`;
  const given = (kind: string, value: string) =>
    record(kind, `old-${kind}="?" new-${kind}=${auditValue(value)}`);
  return [
    ...domain.disks.flatMap(({ kind, source }) =>
      (kind === 'block' || kind === 'file') && source !== undefined
        ? [given('disk', source.value)]
        : [],
    ),
    ...filesystems.flatMap((each) => {
      const source = sourceOf(each);
      return source === undefined ? [] : [given('fs', source)];
    }),
    ...interfaces.map(({ mac }) => given('net', mac?.value ?? '?')),
    ...hostdevs(domain, usb).map(([kind, fields]) => record(kind, fields)),
    // The terminals of the container: there are none of the host.
    ...consoles.map((_, index) => given('chardev', `/dev/pts/${index}`)),
    record('mem', `old-mem=0 new-mem=${memoryKiB?.value ?? 0}`),
    record('vcpu', `old-vcpu=0 new-vcpu=${vcpu?.current ?? vcpu?.count ?? 1}`),
  ];
}

/** Which container a record is about. */
export const auditMachine = (name: string, uuid: string): string =>
  `vm=${auditValue(name)} uuid=${uuid}`;

function sourceOf(filesystem: Filesystem): string | undefined {
  switch (filesystem.kind) {
    case 'mount':
    case 'bind':
    case 'block':
    case 'file':
      return filesystem.source.value;
    default:
      return undefined;
  }
}

const hostdevs = (
  domain: Domain,
  usb: LookedUp['usb'],
): readonly (readonly [kind: string, fields: string])[] =>
  domain.hostdevs.flatMap((each): (readonly [string, string])[] => {
    switch (each.kind) {
      case 'storage':
        return [['hostdev', `disk=${auditValue(each.block.value)}`]];
      case 'misc':
        return [['hostdev', `chardev=${auditValue(each.char.value)}`]];
      case 'usb':
        return usbPlaces(each, usb).map(({ bus, device }) => [
          'dev',
          `bus=usb device="${threeDigits(bus)}.${threeDigits(device)}"`,
        ]);
      default:
        return [];
    }
  });

const threeDigits = (number: number): string => String(number).padStart(3, '0');

import { deviceNumberUnknown, noHostdev } from '../../diagnostics/catalog/ledger.ts';
import type { Origin } from '../../diagnostics/origin.ts';
import type { Domain } from '../../ir/domain.ts';
import type { CgroupVersions, ConfHost, ConfWriter } from './writer.ts';

/** Nodes of the host's devices: bound into the container, with the right to use them. */
export function writeDevices(
  out: ConfWriter,
  { hostdevs, disks }: Domain,
  versions: CgroupVersions,
  host: ConfHost,
): void {
  const node = (path: string, target: string, element: string, origin: Origin): void => {
    const rule = host.deviceNumbers(path);
    if (rule === undefined) out.changed(element, origin, deviceNumberUnknown(path));
    for (const prefix of ['lxc.cgroup', 'lxc.cgroup2']) {
      const isWritten = versions === 'both' || (versions === 'v2') === prefix.endsWith('2');
      if (rule === undefined || !isWritten) continue;
      out.set(`${prefix}.devices.allow`, `${rule} rwm`, element, origin);
    }
    out.set('lxc.mount.entry', `${path} ${target} none bind,create=file 0 0`, element, origin);
  };
  for (const hostdev of hostdevs) {
    const { origin } = hostdev;
    if (hostdev.kind === 'misc') {
      node(hostdev.char.value, hostdev.char.value.slice(1), '<hostdev>', origin);
    } else if (hostdev.kind === 'storage') {
      node(hostdev.block.value, hostdev.block.value.slice(1), '<hostdev>', origin);
    } else if (hostdev.kind !== 'net') {
      out.lost('<hostdev>', origin, noHostdev(hostdev.kind));
    }
  }
  for (const { kind, source, target, origin } of disks) {
    if (kind !== 'block' || source === undefined) out.lost('<disk>', origin, noHostdev(kind));
    else node(source.value, `dev/${target.value}`, '<disk>', origin);
  }
}

/**
 * Devices in the order in which libvirt lists them: each stands behind those of its group that come before it, and a
 * new group at the end.
 * @see libvirt 9.0, src/conf/domain_conf.c, virDomainDiskInsert and virDomainControllerInsert
 */
export function inGroups<T>(
  devices: readonly T[],
  groupOf: (device: T) => string | undefined,
  indexOf: (device: T) => number,
): readonly T[] {
  const list: T[] = [];
  for (const device of devices) {
    let place = -1;
    for (let at = list.length - 1; at >= 0; at--) {
      const other = list[at];
      if (other === undefined || groupOf(other) !== groupOf(device)) continue;
      if (indexOf(other) > indexOf(device)) place = at;
      else if (place < 0) place = at + 1;
    }
    list.splice(place < 0 ? list.length : place, 0, device);
  }
  return list;
}

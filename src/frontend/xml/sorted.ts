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
  const groups = new Map<string | undefined, T[]>();
  for (const device of devices) {
    const group = groups.get(groupOf(device));
    if (group === undefined) groups.set(groupOf(device), [device]);
    else group.push(device);
  }
  return [...groups.values()].flatMap((group) => group.sort((a, b) => indexOf(a) - indexOf(b)));
}

import { madeBy } from '../diagnostics/origin.ts';
import type { CgroupFacts, HostFacts } from '../facts/facts.ts';
import type { Domain } from '../ir/domain.ts';
import { extensionOf } from '../ir/extension.ts';
import { runsSystem } from '../ir/init-system.ts';
import { makesDevices } from '../libvirt/capabilities.ts';
import { allowedDevices } from '../libvirt/devices.ts';
import { groupFiles } from '../libvirt/group-files.ts';
import type { DeviceRule, Groups, Node } from './container.ts';
import { rulesOf } from './devices.ts';
import { countedGroups } from './proc-files.ts';

const ofEvery: readonly DeviceRule[] = allowedDevices.map(({ major, minor }) => ({
  type: 'c',
  major,
  minor,
  access: 'rwm',
}));

const makeAny: readonly DeviceRule[] = [
  { type: 'b', major: '*', minor: '*', access: 'm' },
  { type: 'c', major: '*', minor: '*', access: 'm' },
];

/**
 * Only controllers with a setting have a group, which is a direct child of its hierarchy's root (or of the domain's
 * partition): no parent that two containers would share is made or left behind.
 */
export function groups(domain: Domain, facts: HostFacts, granted: readonly Node[]): Groups {
  const leaf = `lxplain-${domain.name.value}`;
  const partition = (domain.resource?.partition?.value ?? '').split('/').filter(isGroup);
  return {
    path: ['', ...partition, leaf].join('/'),
    files: groupFiles(domain, facts).files,
    devices: {
      rules: [
        ...(makesDevices(domain.features.capabilities) ? makeAny : []),
        ...ofEvery,
        ...rulesOf(granted),
      ],
      origin: madeBy('device-policy'),
    },
    counted: countedGroups(domain, facts),
    ...delegated(domain, facts.cgroups),
    ...(mountsHierarchies(domain)
      ? { everywhere: { path: `/${leaf}`, origin: madeBy('own-groups') } }
      : {}),
  };
}

/** Of v2 a group can be given away, and init asks for it by what it is, unless the domain says. */
function delegated(domain: Domain, { v2 }: CgroupFacts): Pick<Groups, 'delegated'> {
  const isAsked = extensionOf(domain.metadata)?.delegatesGroup ?? runsSystem(domain);
  if (!isAsked || v2 === undefined) return {};
  const hierarchy = { version: 2, mountPoint: v2.mountPoint } as const;
  return { delegated: { hierarchy, origin: madeBy('delegated-group') } };
}

/**
 * Whether init will mount hierarchies itself, and could write to them. One that it has not joined would show it the
 * groups of the host: it joins all, so that it finds its own group at the root of each.
 * @see cgroup_namespaces(7)
 */
const mountsHierarchies = (domain: Domain): boolean =>
  domain.idmap === undefined && runsSystem(domain);

/** Doubled slashes, one at the end, and `.` name no group. */
const isGroup = (name: string): boolean => name !== '' && name !== '.';

import type { HostFacts } from '../facts/facts.ts';
import type { Capabilities, Domain } from '../ir/domain.ts';
import { runsSystem } from '../ir/init-system.ts';
import { type CapabilityName, capabilities } from '../linux/capabilities.ts';

/**
 * What libvirt drops unless the domain says otherwise. SYS_BOOT stays: reboot(2) has been confined to the
 * pid namespace since Linux 3.4.
 * @see libvirt 9.0, src/lxc/lxc_container.c, lxcContainerDropCapabilities
 */
const droppedByDefault: readonly CapabilityName[] = [
  'sys_module',
  'sys_time',
  'mknod',
  'audit_control',
  'mac_admin',
];

/**
 * What an init that runs a whole system loses besides: systemd mounts debugfs and tracefs of the host if it has it, and
 * cannot in a user namespace. @see sys-kernel-debug.mount, ConditionCapability
 */
const droppedOfSystems: readonly CapabilityName[] = ['sys_rawio'];

/** The sets of init: what it keeps, and what leaves the bounding set. */
export interface CapabilitySets {
  readonly keep: readonly CapabilityName[];
  readonly drop: readonly CapabilityName[];
  /** Numbers that the kernel knows and this program has no name for. */
  readonly unknownDropped: readonly number[];
  /** Effective = permitted, as a hexadecimal number. */
  readonly mask: string;
}

export function capabilitySets(domain: Domain, facts: HostFacts): CapabilitySets {
  const {
    features: { capabilities: policy },
    idmap,
  } = domain;
  const kind = policy?.policy ?? 'default';
  const states = new Map(policy?.states.map(({ name, state }) => [name, state]));
  const dropped = runsSystem(domain)
    ? [...droppedByDefault, ...droppedOfSystems]
    : droppedByDefault;
  const keeps = (name: CapabilityName): boolean => {
    const state = states.get(name);
    if (state !== undefined) return state === 'on';
    return kind === 'allow' || (kind === 'default' && !dropped.includes(name));
  };
  const known = capabilities.slice(0, facts.lastCapability + 1);
  // A new user namespace begins with every capability there is, whatever the host's processes have.
  const limit = idmap === undefined ? facts.permittedCapabilities : undefined;
  const permitted = BigInt(limit ?? '0xffffffffffffffff');
  const has = (number: number): boolean => ((permitted >> BigInt(number)) & 1n) === 1n;
  // What the host itself lacks cannot be kept.
  const keep = known.filter((name, number) => keeps(name) && has(number));
  const numbers = Array.from({ length: facts.lastCapability + 1 }, (_, number) => number);
  const unknown = numbers.filter((number) => number >= capabilities.length);
  const kept = [
    ...keep.map((name) => capabilities.indexOf(name)),
    ...(kind === 'deny' ? [] : unknown.filter(has)),
  ];
  return {
    keep,
    drop: known.filter((name) => !keep.includes(name)),
    unknownDropped: kind === 'deny' ? unknown : [],
    mask: `0x${kept.reduce((sum, number) => sum | (1n << BigInt(number)), 0n).toString(16)}`,
  };
}

/**
 * Whether device nodes may be made: only where the domain asks for just that. The policy `allow` keeps the
 * capability and leaves the list of devices as it is.
 * @see libvirt 9.0, src/lxc/lxc_cgroup.c, virLXCCgroupSetupDeviceACL
 */
export const makesDevices = (policy: Capabilities | undefined): boolean =>
  policy?.states.some(({ name, state }) => name === 'mknod' && state === 'on') === true;

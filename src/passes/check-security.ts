import {
  limitAboveHard,
  limitTwice,
  profileBad,
  profileNotReadable,
  profileRefusesStart,
  profileTooLong,
  profileUnknownCalls,
  sysctlNotOfContainer,
  sysctlOfHost,
  sysctlTwice,
} from '../diagnostics/catalog/security.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Located } from '../diagnostics/origin.ts';
import type { HostFacts } from '../facts/facts.ts';
import type { Domain } from '../ir/domain.ts';
import { type Extension, extensionOf } from '../ir/extension.ts';
import { hasOwnNetwork } from '../ir/own-network.ts';
import { sharedNamespaces } from '../ir/shared-namespaces.ts';
import { capabilitySets } from '../libvirt/capabilities.ts';
import { limitNumber } from '../linux/process-limits.ts';
import { namespaceOfSysctl } from '../linux/sysctl.ts';
import { profileNamed } from '../seccomp/named.ts';
import { refusedOfStart } from '../seccomp/needed.ts';
import { filterOf, unknownRestricted } from '../seccomp/profile.ts';
import { filterProgram, MOST_INSTRUCTIONS } from '../seccomp/program.ts';

/** What the extension asks of the kernel beside what libvirt's words can: a filter, limits, settings. */
export function checkSecurity(domain: Domain, facts: HostFacts): readonly Diagnostic[] {
  const asked = extensionOf(domain.metadata);
  if (asked === undefined) return [];
  return [
    ...(asked.seccomp === undefined ? [] : checkProfile(asked.seccomp, domain, facts)),
    ...checkLimits(asked),
    ...checkSysctls(asked, domain),
  ];
}

function checkProfile(
  { value: name, origin }: Located<string>,
  domain: Domain,
  facts: HostFacts,
): readonly Diagnostic[] {
  const read = profileNamed(name, facts);
  if (read === undefined) return [profileNotReadable(name, origin)];
  const { profile, fault } = read;
  if (profile === undefined) return [profileBad(name, fault, origin)];
  const { keep } = capabilitySets(domain, facts);
  const { arch, kernel } = facts;
  const { initUser, initGroup } = domain.os;
  const becomesUser = initUser !== undefined || initGroup !== undefined;
  const filter = filterOf(profile, { arch, kernel, capabilities: keep });
  const [refused, unknown] = [refusedOfStart(filter, becomesUser), unknownRestricted(profile)];
  const { length } = filterProgram(filter, arch);
  return [
    ...(refused.length === 0 ? [] : [profileRefusesStart(name, refused, origin)]),
    ...(length <= MOST_INSTRUCTIONS ? [] : [profileTooLong(name, length, origin)]),
    ...(unknown.length === 0 ? [] : [profileUnknownCalls(name, unknown, origin)]),
  ];
}

const repeated = <T extends { readonly name: string }>(all: readonly T[]): readonly T[] =>
  all.filter(({ name }, index) => all.findIndex((each) => each.name === name) < index);

const checkLimits = ({ limits }: Extension): readonly Diagnostic[] => [
  ...repeated(limits).map(({ name, origin }) => limitTwice(name, origin)),
  ...limits
    .filter(({ soft, hard }) => limitNumber(soft) > limitNumber(hard))
    .map(({ name, soft, hard, origin }) => limitAboveHard(name, soft, hard, origin)),
];

function checkSysctls({ sysctls }: Extension, domain: Domain): readonly Diagnostic[] {
  const shared: readonly string[] = sharedNamespaces(domain).map(({ namespace }) => namespace);
  const isOwn = { net: hasOwnNetwork(domain), ipc: !shared.includes('ipc') };
  return [
    ...repeated(sysctls).map(({ name, origin }) => sysctlTwice(name, origin)),
    ...sysctls.flatMap(({ name, origin }) => {
      const namespace = namespaceOfSysctl(name);
      if (namespace === undefined) return [sysctlNotOfContainer(name, origin)];
      return isOwn[namespace] ? [] : [sysctlOfHost(name, namespace, origin)];
    }),
  ];
}

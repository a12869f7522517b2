import { invariant } from '../diagnostics/invariant.ts';
import { madeBy } from '../diagnostics/origin.ts';
import type { HostFacts } from '../facts/facts.ts';
import type { Domain } from '../ir/domain.ts';
import { type Extension, extensionOf } from '../ir/extension.ts';
import { hostName } from '../ir/host-name.ts';
import { hasOwnNetwork } from '../ir/own-network.ts';
import { rootOf } from '../ir/root.ts';
import { sharedNamespaces } from '../ir/shared-namespaces.ts';
import { isPolicy } from '../ir/tuning.ts';
import { type CapabilitySets, capabilitySets } from '../libvirt/capabilities.ts';
import { initIdentity } from '../libvirt/init-identity.ts';
import { placeOfShared } from '../libvirt/shared-paths.ts';
import { profileNamed } from '../seccomp/named.ts';
import { filterOf } from '../seccomp/profile.ts';
import { audit } from './audit.ts';
import type { Container, Joined, Namespace } from './container.ts';
import { devWith } from './dev.ts';
import { grantedNodes } from './devices.ts';
import { environment } from './environment.ts';
import { groups } from './groups.ts';
import { DEFAULT_GRACE_SECONDS, restartsAfter } from './life-cycle.ts';
import { links } from './links.ts';
import { logs } from './logs.ts';
import { masked } from './masked.ts';
import { meminfo } from './meminfo.ts';
import { domainMounts, kernelMounts, rootMount } from './mounts.ts';
import { procFilesOf } from './proc-files.ts';

/** The container that libvirt's words mean on a machine, of a domain that the passes have completed and checked. */
export function fromDomain(domain: Domain, facts: HostFacts): Container {
  const { name, uuid, os, idmap, features, consoles } = domain;
  const root = rootOf(domain);
  invariant(
    uuid !== undefined && os.init !== undefined && root !== undefined,
    'the passes have given the domain its defaults',
  );
  const granted = grantedNodes(domain, facts);
  const inGroups = groups(domain, facts, granted);
  const own = namespaces(domain);
  const asked = extensionOf(domain.metadata);
  const sets = capabilitySets(domain, facts);
  const identity = initIdentity(domain, facts);
  const kept = logs(name.value, facts, asked);
  const hidden = masked(domain, facts);
  const audited = audit(domain, facts);
  const figures = meminfo(domain, facts, inGroups);
  const served = procFilesOf(domain, facts, inGroups);
  return {
    name,
    uuid: uuid.value,
    ...(own.includes('uts')
      ? { hostname: { value: hostName(name.value), origin: name.origin } }
      : {}),
    namespaces: own,
    joined: joined(domain, facts),
    ...(idmap === undefined ? {} : { idmap }),
    links: links(domain, facts),
    ...loopback(domain),
    root: rootMount(root, domain, facts),
    kernelMounts: kernelMounts(domain, facts, inGroups),
    ...(hidden === undefined ? {} : { masked: hidden }),
    ...(figures === undefined ? {} : { meminfo: figures }),
    ...(served === undefined ? {} : { procFiles: served }),
    ...(audited === undefined ? {} : { audit: audited }),
    mounts: domainMounts(domain, facts),
    dev: devWith(granted),
    consoles: consoles.map(({ origin }) => ({ origin })),
    groups: inGroups,
    ...(identity === undefined || 'unknown' in identity ? {} : { identity }),
    capabilities: {
      ...sets,
      origin: features.capabilities?.origin ?? madeBy('capabilities'),
    },
    ...memoryPolicy(domain),
    ...confined(asked, sets, facts),
    init: {
      path: os.init,
      arguments: os.initArgs.map(({ value }) => value),
      environment: environment(domain),
      ...(os.initDir === undefined ? {} : { directory: os.initDir }),
    },
    ...(kept === undefined ? {} : { logs: kept }),
    restart: {
      after: restartsAfter(domain),
      origin: domain.onReboot?.origin ?? madeBy('on_reboot'),
    },
    graceSeconds: asked?.graceSeconds ?? DEFAULT_GRACE_SECONDS,
  };
}

function memoryPolicy({ numatune }: Domain): Pick<Container, 'memoryPolicy'> {
  const { mode, nodeset = [], origin } = numatune?.memory ?? {};
  if (origin === undefined || !isPolicy(mode)) return {};
  const nodes = nodeset.flatMap(([first, last]) =>
    Array.from({ length: last - first + 1 }, (_, index) => first + index),
  );
  return { memoryPolicy: { mode, nodes, origin } };
}

/** What the extension says of rights, limits and settings. */
function confined(
  asked: Extension | undefined,
  { keep }: CapabilitySets,
  facts: HostFacts,
): Pick<Container, 'noNewPrivs' | 'systemCalls' | 'limits' | 'sysctls'> {
  if (asked === undefined) return { limits: [], sysctls: [] };
  const { noNewPrivs, seccomp, limits, sysctls } = asked;
  const profile = seccomp && profileNamed(seccomp.value, facts)?.profile;
  const filter = profile && filterOf(profile, { ...facts, capabilities: keep });
  return {
    ...(noNewPrivs === undefined ? {} : { noNewPrivs }),
    ...(seccomp === undefined || filter === undefined
      ? {}
      : { systemCalls: { filter, origin: seccomp.origin } }),
    limits,
    sysctls,
  };
}

/** Also one of control groups always, once init has joined its own. */
function namespaces(domain: Domain): readonly Namespace[] {
  const shared: readonly string[] = sharedNamespaces(domain).map(({ namespace }) => namespace);
  return [
    ...(['mount', 'uts', 'ipc', 'pid'] as const).filter((each) => !shared.includes(each)),
    ...(domain.idmap === undefined ? [] : (['user'] as const)),
    ...(hasOwnNetwork(domain) ? (['net'] as const) : []),
    'cgroup' as const,
  ];
}

const joined = (domain: Domain, { runtimeDirectory }: HostFacts): readonly Joined[] =>
  sharedNamespaces(domain).map((shared) => ({
    namespace: shared.namespace,
    origin: shared.origin,
    ...placeOfShared(shared, runtimeDirectory),
  }));

/** A network with a host device alone has it down, as libvirt leaves it. */
function loopback(domain: Domain): Pick<Container, 'loopback'> {
  if (!hasOwnNetwork(domain)) return {};
  const { features, interfaces } = domain;
  const origin = features.privnet?.origin ?? interfaces[0]?.origin;
  return origin === undefined ? {} : { loopback: { origin } };
}

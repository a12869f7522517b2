import type { MachineFacts, Wanted, WantedInside } from '../facts/facts.ts';
import type { Domain } from '../ir/domain.ts';
import { BUILTIN, extensionOf } from '../ir/extension.ts';
import { isIdmapped } from '../ir/idmapped.ts';
import { isImage } from '../ir/image.ts';
import { isRoot, rootOf } from '../ir/root.ts';
import { MOUNTED_IN_EVERY } from '../libvirt/basic-mounts.ts';
import { grantedDevices } from '../libvirt/granted-devices.ts';
import { GROUP, PASSWD } from '../libvirt/init-identity.ts';
import { isLinkName } from '../linux/link-name.ts';
import { withAncestors } from '../linux/paths.ts';
import { pathOfLink } from './check-interfaces.ts';
import { partitionPaths } from './check-resource.ts';
import { pipeline, runTransforms } from './pipeline.ts';
import { hostThings } from './warn-missing.ts';
import { SECURETTY } from './warn-securetty.ts';

/**
 * What has to be looked up on a machine before the checks can judge a domain: of the domain as the transforms
 * complete it, so that what is written in another way is looked for where it will be.
 */
export function wantedFacts(given: Domain, machine: MachineFacts): Wanted {
  const domain = runTransforms(given, machine, pipeline);
  const sources = domain.filesystems.flatMap((filesystem) =>
    filesystem.kind === 'mount' ? [filesystem.source.value] : [],
  );
  const images = domain.filesystems
    .filter(isImage)
    .map(({ source }) => source.value)
    .filter(isAbsolute);
  const inside = wantedInside(domain);
  const blocks = domain.blkiotune?.devices ?? [];
  const networks = domain.interfaces.flatMap((each) =>
    each.kind === 'network' ? [each.network.value] : [],
  );
  const profile = extensionOf(domain.metadata)?.seccomp?.value;
  return {
    paths: [
      ...sources,
      ...images,
      ...aboveMapped(domain),
      ...hostThings(domain, machine.runtimeDirectory).map(({ path }) => path),
      ...grantedDevices(domain, undefined).granted.map(({ source }) => source),
      ...linkPaths(domain),
      ...partitionPaths(domain, machine),
      ...blocks.map(({ path }) => path),
    ].filter(isAbsolute),
    ...(images.length === 0 ? {} : { images }),
    ...(weighs(domain) ? { blockWeights: true } : {}),
    ...(domain.hostdevs.some(({ kind }) => kind === 'usb') ? { usb: true } : {}),
    ...(networks.length === 0 ? {} : { networks }),
    ...(profile === undefined || profile === BUILTIN ? {} : { profiles: [profile] }),
    ...(inside === undefined ? {} : { inside }),
  };
}

const isAbsolute = (path: string): boolean => path.startsWith('/');

/** Who can reach a directory whose files root of the container has the rights of root on. */
const aboveMapped = (domain: Domain): readonly string[] =>
  domain.filesystems.flatMap((each) =>
    each.kind === 'mount' && isIdmapped(each, domain) ? withAncestors(each.source.value) : [],
  );

/** What an interface is connected to, and the name that the host's end is to have. */
const linkPaths = ({ interfaces }: Domain): readonly string[] =>
  interfaces
    .flatMap((each) => [
      ...(each.kind === 'bridge' ? [each.bridge.value, `${each.bridge.value}/bridge`] : []),
      ...(each.kind === 'direct' ? [each.device.value] : []),
      ...(each.target === undefined ? [] : [each.target.value]),
    ])
    .filter((name) => isLinkName(name.replace(/\/bridge$/, '')))
    .map(pathOfLink);

const weighs = ({ blkiotune }: Domain): boolean =>
  blkiotune?.weight !== undefined ||
  blkiotune?.devices.some(({ weight }) => weight !== undefined) === true;

function wantedInside(domain: Domain): WantedInside | undefined {
  const root = rootOf(domain);
  if (root?.kind !== 'mount' || !root.source.value.startsWith('/')) return undefined;
  const others = domain.filesystems.filter((each) => !isRoot(each));
  const { init, initDir } = domain.os;
  return {
    root: root.source.value,
    mounts: [
      ...MOUNTED_IN_EVERY.map((target) => ({ target })),
      ...others.map((each) => ({
        target: each.target.value,
        ...(each.kind === 'mount' ? { source: each.source.value } : {}),
      })),
    ],
    points: [
      ...(domain.idmap === undefined ? [] : ['/']),
      ...MOUNTED_IN_EVERY,
      ...others.map(({ target }) => target.value),
    ],
    paths: [
      ...others.flatMap((each) => (each.kind === 'bind' ? [each.source.value] : [])),
      ...(initDir === undefined ? [] : [initDir.value]),
    ],
    programs: init?.value.startsWith('/') ? [init.value] : [],
    lists: [
      SECURETTY,
      ...(domain.os.initUser === undefined && domain.os.initGroup === undefined
        ? []
        : [PASSWD, GROUP]),
    ],
  };
}

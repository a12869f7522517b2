import {
  consoleTypeUnsupported,
  filesystemSocketUnsupported,
  filesystemTypeUnsupported,
  imageFormatUnsupported,
  notSupportedYet,
} from '../diagnostics/catalog/passes.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Origin } from '../diagnostics/origin.ts';
import type { Domain } from '../ir/domain.ts';
import type { Filesystem, FilesystemDriver } from '../ir/filesystem.ts';

const runnable: readonly string[] = ['mount', 'bind', 'ram', 'file', 'block'];

/** What the domain may say and this version cannot do yet is an error, never skipped. */
export function checkSupported(domain: Domain): readonly Diagnostic[] {
  return [
    ...domain.filesystems.flatMap(({ kind, socket, driver, origin }) => {
      if (socket !== undefined) return [filesystemSocketUnsupported(socket.origin)];
      if (isOtherImage(kind, driver)) return [imageFormatUnsupported(formatOf(driver), origin)];
      return runnable.includes(kind) ? [] : [filesystemTypeUnsupported(kind, origin)];
    }),
    ...domain.consoles
      .filter(({ type }) => type !== 'pty')
      .map(({ type, origin }) => consoleTypeUnsupported(type, origin)),
    ...domain.disks.flatMap(({ kind, driverName, format, origin }) => {
      if (kind !== 'file') return [];
      if (driverName !== undefined && driverName !== 'loop')
        return [imageFormatUnsupported(`driver '${driverName}'`, origin)];
      return raw.includes(format) ? [] : [imageFormatUnsupported(`format '${format}'`, origin)];
    }),
    ...tuning(domain).flatMap(present),
    ...devices(domain).map(([what, { origin }, today]) => notSupportedYet(what, today, origin)),
  ];
}

const raw: readonly (string | undefined)[] = [undefined, 'raw', 'none'];

/** A loop device shows the bytes of a file as they are, and that is what `loop` asks for, whatever they are said to be. */
const isOtherImage = (kind: Filesystem['kind'], driver: FilesystemDriver | undefined): boolean =>
  kind === 'file' &&
  driver?.type !== 'loop' &&
  (driver?.type === 'nbd' || driver?.type === 'ploop' || !raw.includes(driver?.format));

const formatOf = (driver: FilesystemDriver | undefined): string =>
  raw.includes(driver?.format) ? `driver '${driver?.type}'` : `format '${driver?.format}'`;

/** `today` is what has the effect already, or comes closest to it. */
type Part<At> = readonly [what: string, at: At, today: string];
interface Placed {
  readonly origin: Origin;
}

const present = ([what, at, today]: Part<Placed | undefined>): readonly Diagnostic[] =>
  at === undefined ? [] : [notSupportedYet(what, today, at.origin)];

const elsewhere =
  "leave it out, or start it with libvirt, or with lxc: 'lxplain domxml-to-native lxc-tools --xml FILE' converts it";

function tuning({ vcpu, numatune, ...domain }: Domain): readonly Part<Placed | undefined>[] {
  return [
    ["<vcpu placement='auto'>", vcpu?.placement === 'auto' ? vcpu : undefined, 'leave it out'],
    [
      "<numatune> with placement='auto'",
      numatune?.memory?.placement === 'auto' ? numatune.memory : undefined,
      'leave it out, or name the nodes',
    ],
    [
      '<fibrechannel>',
      domain.resource?.fibrechannelAppid,
      'leave it out: it only marks the traffic of a storage network',
    ],
  ];
}

const MOUNT_IT = "mount it on the host, and give that directory with <filesystem type='mount'>";

function devices(domain: Domain): readonly Part<Placed>[] {
  const { disks, hostdevs, seclabels } = domain;
  return [
    ...disks
      .filter(({ kind }) => kind !== 'block' && kind !== 'file')
      .map((each): Part<Placed> => [`<disk type='${each.kind}'>`, each, MOUNT_IT]),
    ...hostdevs.flatMap((each): Part<Placed>[] =>
      each.kind === 'other' ? [[`<hostdev type='${each.type}'>`, each, elsewhere]] : [],
    ),
    ...seclabels
      .filter(({ type }) => type !== 'none')
      .map(
        (each): Part<Placed> => [
          `<seclabel type='${each.type}'>`,
          each,
          'leave it out: the container is confined by its capabilities, its devices and its ids (<idmap>)',
        ],
      ),
  ];
}

import {
  alwaysOwnDev,
  byTable,
  nameNoHostName,
  nameOfFolder,
  off,
  onlyWithFull,
} from '../../diagnostics/catalog/ledger.ts';
import { lxcNameWithSlash, lxcNoName, lxcTooManyTerminals } from '../../diagnostics/catalog/lxc.ts';
import { type Diagnostic, hasErrors } from '../../diagnostics/diagnostic.ts';
import type { LedgerEntry } from '../../diagnostics/ledger.ts';
import { type Located, located, source } from '../../diagnostics/origin.ts';
import type { Sources } from '../../diagnostics/render.ts';
import type { Console } from '../../ir/console.ts';
import type { Domain } from '../../ir/domain.ts';
import {
  type Conversion,
  folderName,
  given,
  locatedAt,
  originOf,
  settingOf,
} from './conversion.ts';
import type { LxcHost } from './host.ts';
import { readOs } from './init.ts';
import { Ledger } from './ledger.ts';
import { readLimits } from './limits.ts';
import { readMounts } from './mounts.ts';
import { readNetwork } from './network.ts';
import {
  keepsNetwork,
  readCapabilities,
  readIdmap,
  readNamespaces,
  readSeclabels,
} from './rights.ts';
import { readRoot } from './root.ts';
import { type Setting, SettingsReader } from './settings.ts';
import { parseCount } from './values.ts';

export interface LxcOptions {
  /**
   * Whether what virsh leaves out is converted too: included files, init, the environment, the fstab, limits of
   * cgroup v2 and more.
   */
  readonly full: boolean;
  readonly host: LxcHost;
  /** `<emulator>`; none if not given. */
  readonly emulator?: string;
  /** Of the config, to see that it includes itself. */
  readonly identity?: string;
}

export interface LxcRead {
  /** Only without errors. */
  readonly domain?: Domain;
  readonly diagnostics: readonly Diagnostic[];
  /** All lines that are not in the domain as they were, in the order of the lines. */
  readonly ledger: readonly LedgerEntry[];
  /** The texts of the config and of the files that it includes. */
  readonly sources: Sources;
}

/**
 * A config of lxc-tools as a Domain, as lxc 5 itself would run it.
 * @see lxc.container.conf(5)
 */
export function readLxc(file: string, text: string, options: LxcOptions): LxcRead {
  const ledger = new Ledger();
  const reader = new SettingsReader(options.full ? options.host : undefined, ledger);
  reader.readMain(file, text, options.identity);
  const { settings, sources } = reader;
  const diagnostics = [...reader.diagnostics];
  if (settings === undefined) return { diagnostics, ledger: ledger.entries, sources };
  const conversion = { settings, ledger, diagnostics, file, sources, ...options };
  const domain = convert(conversion, options.emulator, text.length);
  byTheTable(conversion);
  return {
    ...(domain === undefined || hasErrors(diagnostics) ? {} : { domain }),
    diagnostics,
    ledger: inOrder(ledger.entries, [...sources.keys()]),
    sources,
  };
}

function convert(
  conversion: Conversion,
  emulator: string | undefined,
  length: number,
): Domain | undefined {
  const { file } = conversion;
  const origin = source({ file, start: 0, end: length });
  const name = readName(conversion);
  const root = readRoot(conversion);
  const mounts = readMounts(conversion, root.path);
  const network = readNetwork(conversion);
  const { memoryKiB, vcpu, ...limits } = readLimits(conversion);
  const consoles = readConsoles(conversion);
  const privnet = keepsNetwork(conversion) ? undefined : network.privnet;
  const domain = {
    origin,
    memoryKiB,
    currentMemoryKiB: memoryKiB,
    vcpu,
    ...limits,
    os: readOs(conversion, origin),
    ...given({ idmap: readIdmap(conversion), namespace: readNamespaces(conversion) }),
    features: { capabilities: readCapabilities(conversion), ...given({ privnet }) },
    clock: { offset: 'utc' as const, reset: false, timers: [], origin },
    onPoweroff: located('destroy' as const, origin),
    onReboot: located('restart' as const, origin),
    onCrash: located('destroy' as const, origin),
    ...(emulator === undefined ? {} : { emulator: located(emulator, origin) }),
    filesystems: [
      ...(root.filesystem === undefined ? [] : [root.filesystem]),
      ...mounts.filesystems,
    ],
    interfaces: network.interfaces,
    disks: [],
    hostdevs: [...network.hostdevs, ...mounts.hostdevs],
    consoles,
    seclabels: readSeclabels(conversion),
  };
  return name === undefined ? undefined : { ...domain, name };
}

/** The name of the host inside, else that of the folder: `/var/lib/lxc/NAME/config`. */
function readName(conversion: Conversion): Located<string> | undefined {
  const { diagnostics, ledger, file } = conversion;
  const setting = settingOf(conversion, 'lxc.uts.name');
  if (setting === undefined) {
    const folder = folderName(conversion);
    if (folder === undefined) {
      diagnostics.push(lxcNoName({ file, start: 0, end: 0 }));
      return undefined;
    }
    ledger.absent('lxc.uts.name', file, nameOfFolder(folder));
    return located(folder, source({ file, start: 0, end: 0 }));
  }
  const { value, valueSpan } = setting;
  if (value.includes('/')) diagnostics.push(lxcNameWithSlash(value, valueSpan));
  else if (!/^[A-Za-z0-9._-]+$/.test(value)) ledger.changed(setting, nameNoHostName);
  return locatedAt(value, setting);
}

/** More consoles than a reply of libvirt can hold. */
const MAX_CONSOLES = 60_000;

function readConsoles(conversion: Conversion): Console[] {
  const setting = settingOf(conversion, 'lxc.tty.max');
  const count = setting === undefined ? 0 : (parseCount(setting.value) ?? 0);
  if (setting === undefined || count === 0) return [];
  if (count > MAX_CONSOLES) {
    conversion.diagnostics.push(lxcTooManyTerminals(MAX_CONSOLES, setting.valueSpan));
    return [];
  }
  return Array.from({ length: count }, () => ({ type: 'pty', origin: originOf(setting) }));
}

/** The keys that the table alone answers. */
function byTheTable({ settings, ledger, full }: Conversion): void {
  const tell = (setting: Setting): void => {
    const { becomes, value } = setting.spec;
    const isOff = value === 'flag' && setting.value === '0';
    if (setting.key === 'lxc.autodev' && isOff) ledger.lost(setting, alwaysOwnDev);
    else if (becomes.kind === 'lost' && isOff) ledger.unneeded(setting, off);
    else if (becomes.kind === 'lost')
      ledger.lost(setting, byTable(becomes.reason, becomes.concern));
    else if (becomes.kind === 'unneeded') {
      ledger.unneeded(setting, byTable(becomes.reason, 'bookkeeping'));
    } else if (becomes.kind === 'full' && !full && !isToldElsewhere(setting.key)) {
      ledger.lost(setting, onlyWithFull(becomes.element, becomes.concern));
    }
  };
  for (const lines of settings.byKey.values()) lines.forEach(tell);
}

/** A limit by its controller; a fstab is refused. */
const isToldElsewhere = (key: string): boolean =>
  key.startsWith('lxc.cgroup2.') || key === 'lxc.mount.fstab';

/** By file and place; what has no place comes last. */
function inOrder(entries: readonly LedgerEntry[], files: readonly string[]): LedgerEntry[] {
  const rank = ({ file, span }: LedgerEntry): number =>
    span === undefined ? Number.POSITIVE_INFINITY : files.indexOf(file) * 2 ** 32 + span.start;
  return [...entries].sort((a, b) => rank(a) - rank(b) || 0);
}

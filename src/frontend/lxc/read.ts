import {
  alwaysOwnDev,
  keyringSame,
  keyringShared,
  lostByTable,
  nameNoHostName,
  nameOfFolder,
  off,
  onlyWithFull,
  unneededByTable,
} from '../../diagnostics/catalog/ledger.ts';
import { lxcNameWithSlash, lxcNoName, lxcTooManyTerminals } from '../../diagnostics/catalog/lxc.ts';
import { type Diagnostic, hasErrors } from '../../diagnostics/diagnostic.ts';
import type { LedgerEntry } from '../../diagnostics/ledger.ts';
import { type Located, located, source } from '../../diagnostics/origin.ts';
import type { Sources } from '../../diagnostics/render.ts';
import type { Console } from '../../ir/console.ts';
import type { Domain } from '../../ir/domain.ts';
import { hasOwnNetwork } from '../../ir/own-network.ts';
import type { Understood } from '../understood.ts';
import { type Conversion, folderName, locatedAt, originOf, settingOf } from './conversion.ts';
import { readDeviceRules } from './devices.ts';
import { doubtsOf } from './doubts.ts';
import { readExtension } from './extension.ts';
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
import type { Setting } from './setting.ts';
import { SettingsReader } from './settings.ts';
import { parseCount } from './values.ts';
import type { LxcVersion } from './versions.ts';

export interface LxcOptions {
  /**
   * Whether what virsh leaves out is converted too: included files, init, the environment, the fstab, limits of
   * cgroup v2 and more.
   */
  readonly full: boolean;
  readonly host: LxcHost;
  /** Which lxc the config is for; 5 if it is not given. */
  readonly version?: LxcVersion;
  /** `<emulator>`; none if not given. */
  readonly emulator?: string;
  /** Whether lines are told of although others are at fault; without that, the faults come first. */
  readonly despiteFaults?: boolean;
  /** Of the config, to see that it includes itself. */
  readonly identity?: string;
}

export interface LxcRead {
  /** Only without errors. */
  readonly domain?: Domain;
  /** With errors: what the other lines say. */
  readonly understood?: Understood;
  readonly diagnostics: readonly Diagnostic[];
  /** All lines that are not in the domain as they were, in the order of the lines. */
  readonly ledger: readonly LedgerEntry[];
  /** How many lines say something to lxc, or look as if they should: those of included files as well. */
  readonly lines: number;
  /** The texts of the config and of the files that it includes. */
  readonly sources: Sources;
}

/**
 * A config of lxc-tools as a Domain, as lxc 5 itself would run it.
 * @see lxc.container.conf(5)
 */
export function readLxc(file: string, text: string, options: LxcOptions): LxcRead {
  const ledger = new Ledger();
  const version = options.version ?? '5';
  const reader = new SettingsReader(options.full ? options.host : undefined, ledger, version);
  reader.readMain(file, text, options.identity);
  const { settings, sources } = reader;
  const diagnostics = [...reader.diagnostics];
  if (hasErrors(diagnostics) && options.despiteFaults !== true) {
    return { diagnostics, ledger: ledger.entries, lines: ledger.lines, sources };
  }
  const { full, host } = options;
  const conversion = { settings, ledger, diagnostics, full, host, version, file, sources };
  const domain = convert(conversion, options.emulator, text.length);
  byTheTable(conversion);
  const told = {
    diagnostics,
    ledger: inOrder(ledger.entries, sources),
    lines: ledger.lines,
    sources,
  };
  if (domain === undefined) return told;
  if (!hasErrors(diagnostics)) return { domain, ...told };
  return { understood: { domain, doubts: doubtsOf(diagnostics, sources) }, ...told };
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
  readDeviceRules(conversion, mounts.hostdevs);
  const network = readNetwork(conversion);
  const { memoryKiB, memtune, vcpu, cputune, numatune, blkiotune } = readLimits(conversion);
  const consoles = readConsoles(conversion);
  const privnet = keepsNetwork(conversion) ? undefined : network.privnet;
  const os = readOs(conversion, origin, root);
  const idmap = readIdmap(conversion);
  const namespace = readNamespaces(conversion);
  const capabilities = readCapabilities(conversion);
  const seclabels = readSeclabels(conversion);
  if (name === undefined) return undefined;
  // One assignment a member: several spreads in a literal take longer than all the rest here.
  const domain: { -readonly [K in keyof Domain]: Domain[K] } = {
    origin,
    name,
    memoryKiB,
    currentMemoryKiB: memoryKiB,
    vcpu,
    os,
    features: privnet === undefined ? { capabilities } : { capabilities, privnet },
    clock: { offset: 'utc', reset: false, timers: [], origin },
    onPoweroff: located('destroy', origin),
    onReboot: located('restart', origin),
    onCrash: located('destroy', origin),
    filesystems:
      root.filesystem === undefined ? mounts.filesystems : [root.filesystem, ...mounts.filesystems],
    interfaces: network.interfaces,
    disks: [],
    hostdevs: [...network.hostdevs, ...mounts.hostdevs],
    consoles,
    seclabels,
  };
  if (emulator !== undefined) domain.emulator = located(emulator, origin);
  if (memtune !== undefined) domain.memtune = memtune;
  if (cputune !== undefined) domain.cputune = cputune;
  if (numatune !== undefined) domain.numatune = numatune;
  if (blkiotune !== undefined) domain.blkiotune = blkiotune;
  if (idmap !== undefined) domain.idmap = idmap;
  if (namespace !== undefined) domain.namespace = namespace;
  const metadata = readExtension(conversion, hasOwnNetwork(domain));
  if (metadata !== undefined) domain.metadata = metadata;
  return domain;
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
  else if (!/^[A-Za-z0-9-]+$/.test(value)) {
    ledger.changed(setting, nameNoHostName(value.replaceAll(/[^A-Za-z0-9-]/g, '')));
  }
  return locatedAt(value, setting);
}

/** As many as are read of domain XML, with two nodes each. */
const MAX_CONSOLES = 5_000;

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
    else if (setting.key === 'lxc.keyring.session') tellKeyring(ledger, setting, isOff);
    else if (becomes.kind === 'lost' && isOff) ledger.unneeded(setting, off);
    else if (becomes.kind === 'lost') {
      ledger.lost(setting, lostByTable(becomes.reason, becomes.concern));
    } else if (becomes.kind === 'unneeded') {
      ledger.unneeded(setting, unneededByTable(becomes.reason));
    } else if (becomes.kind === 'full' && !full && !isToldElsewhere(setting)) {
      ledger.lost(setting, onlyWithFull(becomes.element, becomes.concern));
    }
  };
  for (const lines of settings.byKey.values()) lines.forEach(tell);
}

/** 1 keeps lxc from making a session keyring, which its manual has the wrong way round. */
const tellKeyring = (ledger: Ledger, setting: Setting, isOff: boolean): void =>
  isOff ? ledger.lost(setting, keyringShared) : ledger.unneeded(setting, keyringSame);

/** By the readers of these keys, which know what becomes of them with `--full`; a fstab is refused. */
const isToldElsewhere = ({ key, value }: Setting): boolean =>
  /^lxc\.(cgroup2|namespace\.share)\./.test(key) ||
  TOLD_ELSEWHERE.has(key) ||
  (key === 'lxc.apparmor.profile' && (value === 'generated' || value === 'unchanged'));

const TOLD_ELSEWHERE: ReadonlySet<string> = new Set([
  'lxc.environment',
  'lxc.environment.runtime',
  'lxc.mount.fstab',
  'lxc.namespace.keep',
  'lxc.rootfs.options',
]);

/** By file and place; what has no place comes last. */
function inOrder(entries: readonly LedgerEntry[], sources: Sources): readonly LedgerEntry[] {
  if (entries.length < 2) return entries;
  const files = [...sources.keys()];
  const rank = ({ file, span }: LedgerEntry): number =>
    span === undefined ? Number.POSITIVE_INFINITY : files.indexOf(file) * 2 ** 32 + span.start;
  return [...entries].sort((a, b) => rank(a) - rank(b) || 0);
}

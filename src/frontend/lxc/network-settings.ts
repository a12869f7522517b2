import { cleared, clearedByType } from '../../diagnostics/catalog/ledger.ts';
import {
  lxcBadValue,
  lxcBeforeKind,
  lxcBeforeType,
  lxcKeyTooNew,
  lxcNotEmpty,
  lxcUnknownKey,
} from '../../diagnostics/catalog/lxc.ts';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { nearest } from '../../diagnostics/nearest.ts';
import type { Span } from '../../diagnostics/origin.ts';
import { findNetworkKey, networkKeys } from './keys.ts';
import type { Ledger } from './ledger.ts';
import { type KeylessSetting, type Setting, settingFrom } from './setting.ts';
import { expectedOf, isValid } from './values.ts';
import { type LxcVersion, sinceLxc3 } from './versions.ts';

/** More than any machine has interfaces; lxc itself would go on to 2³¹ - 1. */
const MAX_NETWORK = 65_535;

type Group = Map<string, Setting[]>;

/** `lxc.net.N.KEY` and `lxc.network.KEY`, read line by line into groups. */
export class NetworkSettings {
  readonly groups = new Map<number, Group>();
  private readonly version: LxcVersion;
  private readonly ledger: Ledger;
  /** The group that the next `lxc.network.` line goes to. */
  private legacy = -1;
  /** The highest number of a group so far. */
  private last = -1;

  constructor(version: LxcVersion, ledger: Ledger) {
    this.version = version;
    this.ledger = ledger;
  }

  /** What is wrong with the line, if anything is. */
  read(line: KeylessSetting): Diagnostic | undefined {
    const { written, value, span } = line;
    const keySpan = { file: span.file, start: span.start, end: span.start + written.length };
    if (written === 'lxc.net' || written === 'lxc.network') {
      if (value !== '') return lxcNotEmpty(written, line.valueSpan);
      this.clear();
      return undefined;
    }
    const match = /^lxc\.(?:net\.(\d{1,20})|network(?:\.(\d{1,20}))?)(?:\.(.*))?$/s.exec(written);
    const number = match?.[1] ?? match?.[2];
    const subkey = match?.[3];
    if (match === null || (number === undefined && subkey === undefined)) {
      return lxcUnknownKey(written, keySpan, undefined);
    }
    if (number !== undefined && Number(number) > MAX_NETWORK) {
      return lxcBadValue(written, number, `a number up to ${MAX_NETWORK}`, keySpan);
    }
    if (subkey === undefined) {
      if (value !== '') return lxcUnknownKey(written, keySpan, undefined);
      this.dropGroup(Number(number));
      return undefined;
    }
    return this.subkey(line, keySpan, subkey, number);
  }

  private subkey(
    line: KeylessSetting,
    keySpan: Span,
    subkey: string,
    number: string | undefined,
  ): Diagnostic | undefined {
    const { written, value } = line;
    const spec = findNetworkKey(subkey);
    if (spec === undefined) {
      const names = networkKeys.map(({ key }) => key);
      const meant = nearest(subkey, names);
      const full = meant === undefined ? undefined : written.slice(0, -subkey.length) + meant;
      return lxcUnknownKey(written, keySpan, full);
    }
    if (this.version === '2.1' && sinceLxc3.has(spec.key)) return lxcKeyTooNew(written, keySpan);
    const isLegacy = written.startsWith('lxc.network');
    if (isLegacy && number === undefined && spec.key === 'type' && value === '') {
      this.clear(); // all of them: lxc 2.1, src/lxc/confile_legacy.c, set_config_network_legacy_type
      return undefined;
    }
    const index = number === undefined ? this.legacyGroup(spec.key) : Number(number);
    if (index < 0) return lxcBeforeType(written, keySpan);
    const group: Group = this.groups.get(index) ?? new Map<string, Setting[]>();
    this.groups.set(index, group);
    this.last = Math.max(this.last, index);
    // lxc 2.1 neither clears a group of today's keys at its type, nor asks for one.
    const asToday = isLegacy || this.version !== '2.1';
    if (spec.key === 'type' && asToday) this.clearBefore(group);
    if (value === '') {
      this.drop(group, spec.key);
      return undefined;
    }
    if (!isValid(spec.value, value)) {
      return lxcBadValue(written, value, expectedOf(spec.value), line.valueSpan);
    }
    const kind = asToday ? kindOf(spec.key) : undefined;
    const type = group.get('type')?.at(-1);
    if (kind !== undefined && type?.value !== kind) {
      return lxcBeforeKind(written, kind, keySpan, type);
    }
    const before = group.get(spec.key);
    const setting = settingFrom(line, spec, spec.key);
    if (before === undefined) group.set(spec.key, [setting]);
    else if (spec.list) before.push(setting);
    else {
      this.ledger.overridden(before);
      group.set(spec.key, [setting]);
    }
    return undefined;
  }

  /** What stands before the type of a group has no effect. */
  private clearBefore(group: Group): void {
    this.ledger.overridden(group.get('type') ?? []);
    group.delete('type');
    for (const each of [...group.values()].flat()) this.ledger.changed(each, clearedByType);
    group.clear();
  }

  /** `lxc.network.type` opens a group, and the other lines go to the last one. */
  private legacyGroup(subkey: string): number {
    if (subkey === 'type') this.legacy = this.last + 1;
    return this.legacy;
  }

  private clear(): void {
    for (const number of [...this.groups.keys()]) this.dropGroup(number);
    this.legacy = -1;
    this.last = -1;
  }

  private dropGroup(number: number): void {
    const group = this.groups.get(number);
    for (const key of group?.keys() ?? []) this.drop(group, key);
    this.groups.delete(number);
  }

  private drop(group: Group | undefined, key: string): void {
    for (const each of group?.get(key) ?? []) this.ledger.unneeded(each, cleared);
    group?.delete(key);
  }
}

/** The type that a group must have before the key: lxc looks for it line by line. */
function kindOf(key: string): string | undefined {
  if (key === 'vlan.id') return 'vlan';
  return /^(veth|macvlan|ipvlan)\./.exec(key)?.[1];
}

import {
  capabilityUnknown,
  namespaceLost,
  onlyWithFull,
  profileGenerated,
  profileKept,
} from '../../diagnostics/catalog/ledger.ts';
import {
  lxcBadValue,
  lxcDropBesideKeep,
  lxcIdmapIncomplete,
  lxcIdmapSwapped,
  lxcKeepBesideClone,
} from '../../diagnostics/catalog/lxc.ts';
import { type Span, source } from '../../diagnostics/origin.ts';
import type {
  Capabilities,
  CapabilityState,
  Idmap,
  IdmapEntry,
  LxcNamespace,
  SharedNamespace,
} from '../../ir/domain.ts';
import type { Seclabel } from '../../ir/seclabel.ts';
import { capabilities, libvirtCapabilities } from '../../linux/capabilities.ts';
import { type Conversion, originOf, settingOf, settingsOf } from './conversion.ts';
import type { Setting } from './setting.ts';
import { parseCount, words } from './values.ts';

/** lxc drops what is named, or keeps only that: one of the two. */
export function readCapabilities(conversion: Conversion): Capabilities {
  const drop = settingsOf(conversion, 'lxc.cap.drop');
  const keep = conversion.full ? settingsOf(conversion, 'lxc.cap.keep') : [];
  const [first] = [...drop, ...keep];
  if (drop[0] !== undefined && keep[0] !== undefined) {
    const [later, earlier] =
      drop[0].order > keep[0].order ? [drop[0], keep[0]] : [keep[0], drop[0]];
    conversion.diagnostics.push(lxcDropBesideKeep(later.written, later.span, earlier.span));
  }
  const origin =
    first === undefined ? source({ file: conversion.file, start: 0, end: 0 }) : originOf(first);
  if (keep.length > 0) {
    return { policy: 'deny', states: states(conversion, keep, 'on'), origin };
  }
  return { policy: 'allow', states: states(conversion, drop, 'off'), origin };
}

const numbered: ReadonlyMap<string, string> = new Map(
  capabilities.map((name, number) => [`${number}`, name]),
);
const everyName: ReadonlySet<string> = new Set(capabilities);
const known: ReadonlySet<string> = new Set(libvirtCapabilities);

function states(
  { ledger, diagnostics }: Conversion,
  lines: readonly Setting[],
  state: 'on' | 'off',
): CapabilityState[] {
  if (lines.length === 0) return [];
  const lineOf = new Map<string, Setting>();
  for (const line of lines) {
    const all = words(line.value).map(byNumber);
    // Of what is kept, 'none' takes back all that stands before it.
    const names = state === 'on' ? all.slice(all.lastIndexOf('none') + 1) : all;
    const wrong = names.filter((name) => !everyName.has(name));
    if (wrong.length > 0) diagnostics.push(badNames(line, wrong));
    const unknown = names.filter((name) => everyName.has(name) && !known.has(name));
    if (unknown.length > 0) ledger.lost(line, capabilityUnknown(unknown));
    for (const name of names) if (known.has(name)) lineOf.set(name, line);
  }
  return libvirtCapabilities.flatMap((name) => {
    const line = lineOf.get(name);
    return line === undefined ? [] : [{ name, state, origin: originOf(line) }];
  });
}

/** lxc takes numbers too. @see lxc 5.0, src/lxc/conf.c, parse_cap */
const byNumber = (name: string): string => numbered.get(name) ?? name;

const badNames = (line: Setting, names: readonly string[]) =>
  lxcBadValue(
    line.written,
    names.slice(0, 5).join(' '),
    'capabilities such as sys_admin, without CAP_',
    spanOfWord(line, names[0]!),
  );

/** Where the value of a list has this word. */
function spanOfWord({ value, valueSpan }: Setting, word: string): Span {
  const index = `\t${value}\t`.replaceAll(' ', '\t').indexOf(`\t${word}\t`);
  if (index < 0) return valueSpan;
  const start = valueSpan.start + index;
  return { ...valueSpan, start, end: start + word.length };
}

/** `u START TARGET COUNT`: the first number is the id in the container, in every lxc since 0.9. */
export function readIdmap(conversion: Conversion): Idmap | undefined {
  const { diagnostics } = conversion;
  const uid: IdmapEntry[] = [];
  const gid: IdmapEntry[] = [];
  const lines = settingsOf(conversion, 'lxc.idmap');
  for (const setting of lines) {
    const [type, ...numbers] = setting.value.split(/[ \t\r]+/);
    const [start, target, count] = numbers.map(parseCount);
    const isRead = (type === 'u' || type === 'g') && numbers.length === 3 && count !== 0;
    if (!isRead || start === undefined || target === undefined || count === undefined) {
      diagnostics.push(badMap(setting));
      continue;
    }
    if (target === 0 && start > 0) diagnostics.push(lxcIdmapSwapped(setting.valueSpan));
    (type === 'u' ? uid : gid).push({ start, target, count, origin: originOf(setting) });
  }
  const [first] = lines;
  if (first === undefined) return undefined;
  for (const [kind, entries] of [
    ['uid', uid],
    ['gid', gid],
  ] as const) {
    if (entries.length === 0) diagnostics.push(lxcIdmapIncomplete(kind, first.span));
    entries.sort((a, b) => a.start - b.start);
  }
  return { uid, gid, origin: originOf(first) };
}

const badMap = ({ written, value, valueSpan }: Setting) =>
  lxcBadValue(
    written,
    value,
    "'u' or 'g', the id in the container, the id on the host, and a count",
    valueSpan,
    `internal error: invalid ${written}: '${value}'`,
  );

/** Profiles of the security modules. */
export function readSeclabels(conversion: Conversion): Seclabel[] {
  const { ledger, full } = conversion;
  const labels: Seclabel[] = [];
  const apparmor = settingOf(conversion, 'lxc.apparmor.profile');
  if (apparmor?.value === 'generated') ledger.lost(apparmor, profileGenerated);
  else if (apparmor?.value === 'unchanged') ledger.unneeded(apparmor, profileKept);
  else if (apparmor !== undefined && full) {
    const base = { model: 'apparmor', origin: originOf(apparmor) };
    labels.push(
      apparmor.value === 'unconfined'
        ? { ...base, type: 'none' }
        : { ...base, type: 'static', relabel: false, label: apparmor.value },
    );
  }
  const selinux = full ? settingOf(conversion, 'lxc.selinux.context') : undefined;
  if (selinux !== undefined) {
    const base = { model: 'selinux', origin: originOf(selinux) };
    labels.push({ ...base, type: 'static', relabel: false, label: selinux.value });
  }
  return labels;
}

/** `lxc.namespace.share.net` and its like: a container, a process, or a file below /run/netns. */
export function readNamespaces(conversion: Conversion): LxcNamespace | undefined {
  const { ledger, full, settings } = conversion;
  const shared: { -readonly [K in 'sharenet' | 'shareipc' | 'shareuts']?: SharedNamespace } = {};
  let first: Setting | undefined;
  for (const [key, lines] of settings.byKey) {
    const name = /^lxc\.namespace\.share\.(.*)$/s.exec(key)?.[1];
    const setting = lines.at(-1);
    if (name === undefined || setting === undefined) continue;
    const namespace = sharedNamespace(name, setting);
    if (namespace === undefined || !isShareable(name)) {
      ledger.lost(setting, namespaceLost(name));
      continue;
    }
    if (!full) {
      ledger.lost(setting, onlyWithFull('<lxc:namespace>', 'behaviour'));
      continue;
    }
    first ??= setting;
    shared[`share${name}`] = namespace;
  }
  return first === undefined ? undefined : { ...shared, origin: originOf(first) };
}

const isShareable = (name: string): name is 'net' | 'ipc' | 'uts' =>
  name === 'net' || name === 'ipc' || name === 'uts';

function sharedNamespace(name: string, setting: Setting): SharedNamespace | undefined {
  const { value } = setting;
  const origin = originOf(setting);
  if (/^\d+$/.test(value)) return { type: 'pid', value, origin };
  const netns = /^(?:\/var)?\/run\/netns\/([^/]+)$/.exec(value)?.[1];
  if (netns !== undefined)
    return name === 'net' ? { type: 'netns', value: netns, origin } : undefined;
  return value.includes('/') ? undefined : { type: 'name', value, origin };
}

/** Whether `lxc.namespace.keep` keeps the network of the host. */
export function keepsNetwork(conversion: Conversion): boolean {
  const { diagnostics, ledger, full } = conversion;
  const keep = settingsOf(conversion, 'lxc.namespace.keep');
  const clone = settingsOf(conversion, 'lxc.namespace.clone');
  if (keep[0] !== undefined && clone[0] !== undefined) {
    const [later, earlier] =
      keep[0].order > clone[0].order ? [keep[0], clone[0]] : [clone[0], keep[0]];
    diagnostics.push(lxcKeepBesideClone(later.written, later.span, earlier.span));
  }
  for (const line of keep) {
    const names = words(line.value);
    const others = names.filter((name) => name !== 'net');
    if (others.length > 0) ledger.lost(line, namespaceLost(others.join(' ')));
    if (!full && names.includes('net')) {
      ledger.lost(line, onlyWithFull('no <privnet/>', 'behaviour'));
    }
  }
  return full && keep.some(({ value }) => words(value).includes('net'));
}

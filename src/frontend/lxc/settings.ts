import { type Line, type Piece, parseConfig } from '../../../grammar/parser.ts';
import { cleared, overridden } from '../../diagnostics/catalog/ledger.ts';
import {
  lxcBadValue,
  lxcBeforeType,
  lxcCommentInValue,
  lxcControlCharacter,
  lxcGenerationsMixed,
  lxcIncludeCycle,
  lxcIncludeMissing,
  lxcIncludeRefused,
  lxcIncludeTooDeep,
  lxcLineTooLong,
  lxcNoAssignment,
  lxcNotEmpty,
  lxcNulByte,
  lxcTooManyFaults,
  lxcTooManyLines,
  lxcTooMuchIncluded,
  lxcUnknownKey,
} from '../../diagnostics/catalog/lxc.ts';
import { type Diagnostic, hasErrors } from '../../diagnostics/diagnostic.ts';
import type { Span } from '../../diagnostics/origin.ts';
import { nearest } from '../xml/nearest.ts';
import type { LxcHost } from './host.ts';
import { allNames, findKey, findNetworkKey, type KeySpec, networkKeys } from './keys.ts';
import type { Ledger } from './ledger.ts';
import { expectedOf, isValid, words } from './values.ts';

/** A line that counts. */
export interface Setting {
  readonly spec: KeySpec;
  /** Today's name of the key; in a network group only what stands behind its number. */
  readonly key: string;
  /** The key as it was written. */
  readonly written: string;
  /** Without the quotes around it; not empty. */
  readonly value: string;
  /** Rises from line to line, through all files. */
  readonly order: number;
  /** From the key to the end of the value. */
  readonly span: Span;
  readonly valueSpan: Span;
}

/** Settings by today's key, in the order of the files; of a key that is no list only the last one. */
export type SettingsByKey = ReadonlyMap<string, readonly Setting[]>;

export interface Settings {
  readonly byKey: SettingsByKey;
  /** The network groups by number. */
  readonly networks: ReadonlyMap<number, SettingsByKey>;
}

/** The largest configs that are answered in time; those that people write have some hundred lines. */
const MAX_CHARACTERS = 4 * 1024 * 1024;
export const MAX_LINES = 5_000;
const MAX_LINE = 65_536;
const MAX_DEPTH = 16;
export const MAX_FAULTS = 100;
/** More than any machine has interfaces; lxc itself would go on to 2³¹ - 1. */
const MAX_NETWORK = 65_535;

/** Reads a config and what it includes into settings, as lxc would: what is set last counts, an empty value clears. */
export class SettingsReader {
  readonly diagnostics: Diagnostic[] = [];
  readonly sources = new Map<string, string>();
  readonly byKey = new Map<string, Setting[]>();
  readonly networks = new Map<number, Map<string, Setting[]>>();
  private readonly host: LxcHost | undefined;
  private readonly ledger: Ledger;
  /** The group that the next `lxc.network.` line goes to. */
  private legacyNetwork = -1;
  /** The highest number of a group so far. */
  private lastNetwork = -1;
  private readonly chain: string[] = [];
  private order = 0;
  private characters = 0;
  private lines = 0;
  private stopped = false;

  /** Without a host, `lxc.include` is not followed. */
  constructor(host: LxcHost | undefined, ledger: Ledger) {
    this.host = host;
    this.ledger = ledger;
  }

  read(file: string, text: string): void {
    this.sources.set(file, text);
    const start = { file, start: 0, end: 0 };
    this.characters += text.length;
    if (this.characters > MAX_CHARACTERS)
      return this.stop(lxcTooMuchIncluded(MAX_CHARACTERS, start));
    const nul = text.indexOf('\0');
    if (nul >= 0) return this.report(lxcNulByte({ file, start: nul, end: nul + 1 }));
    this.lines += countLines(text);
    if (this.lines > MAX_LINES) return this.stop(lxcTooManyLines(MAX_LINES, start));
    const generations = new Map<'legacy' | 'current', { key: string; span: Span }>();
    for (const line of parseConfig(text)) {
      if (this.stopped) return;
      this.line(file, line, generations);
    }
  }

  private report(diagnostic: Diagnostic): void {
    this.diagnostics.push(diagnostic);
    if (this.diagnostics.length <= MAX_FAULTS) return;
    const { span } = diagnostic;
    if (span !== undefined) this.stop(lxcTooManyFaults(MAX_FAULTS, span));
  }

  private stop(diagnostic: Diagnostic): void {
    this.diagnostics.push(diagnostic);
    this.stopped = true;
  }

  private line(file: string, line: Line, generations: Generations): void {
    switch (line.kind) {
      case 'comment':
        return;
      case 'foreign':
        if (line.piece.text.trim() !== '') this.ledger.foreign(spanOf(file, line.piece));
        return;
      case 'broken':
        return this.report(lxcNoAssignment(line.key.text, spanOf(file, line.key)));
      case 'setting':
        if (line.value.end - line.key.start > MAX_LINE) {
          return this.report(lxcLineTooLong(MAX_LINE, spanOf(file, line.key)));
        }
        return this.setting(file, line.key, line.value, generations);
    }
  }

  private setting(file: string, key: Piece, given: Piece, generations: Generations): void {
    const value = unquoted(given);
    const valueSpan = spanOf(file, value);
    const at = { file, start: key.start, end: given.end };
    const control = CONTROL.exec(value.text);
    if (control !== null) {
      const start = value.start + control.index;
      const code = control[0].charCodeAt(0);
      return this.report(lxcControlCharacter(code, { file, start, end: start + 1 }));
    }
    if (/\s#/.test(value.text)) this.report(lxcCommentInValue(valueSpan));
    const line = { written: key.text, value: value.text, order: this.order++, span: at, valueSpan };
    if (key.text.startsWith('lxc.net') && /^lxc\.net(work)?(\.|$)/.test(key.text)) {
      return this.network(line, generations);
    }
    const found = findKey(key.text);
    if (found === undefined) {
      if (value.text === '' && this.clearFamily(key.text)) return;
      return this.report(lxcUnknownKey(key.text, spanOf(file, key), this.nearest(key.text)));
    }
    if (found.generation !== undefined) {
      this.generation(generations, found.generation, key.text, spanOf(file, key));
    }
    const { spec } = found;
    if (found.key === 'lxc.include') return this.include(settingFrom(line, spec, found.key));
    if (value.text === '' && found.key === 'lxc.mount.fstab') {
      return this.report(lxcBadValue(key.text, '', 'the path of a file', valueSpan));
    }
    if (value.text === '') return this.clear(found.key);
    if (!isValid(spec.value, value.text)) {
      return this.report(lxcBadValue(key.text, value.text, expectedOf(spec.value), valueSpan));
    }
    // What stands before it in the line is left to the reader of the list.
    if (found.key === 'lxc.cap.keep' && words(value.text).includes('none')) this.drop(found.key);
    this.put(this.byKey, settingFrom(line, spec, found.key));
  }

  /** Adds to a list, or takes the place of the line before. */
  private put(into: Map<string, Setting[]>, setting: Setting): void {
    const before = into.get(setting.key);
    if (before === undefined) into.set(setting.key, [setting]);
    else if (setting.spec.list) before.push(setting);
    else {
      for (const each of before) this.ledger.unneeded(each, overridden);
      into.set(setting.key, [setting]);
    }
  }

  /** Misspelt keys cost time: only the first ones get an answer. */
  private nearest(key: string): string | undefined {
    return this.diagnostics.length < 20 ? nearest(key, allNames) : undefined;
  }

  private generation(
    generations: Generations,
    generation: 'legacy' | 'current',
    key: string,
    span: Span,
  ): void {
    const other = generations.get(generation === 'legacy' ? 'current' : 'legacy');
    if (other !== undefined && !generations.has(generation)) {
      this.report(lxcGenerationsMixed(key, span, other.key, other.span));
    }
    if (!generations.has(generation)) generations.set(generation, { key, span });
  }

  private clear(key: string): void {
    this.drop(key);
    // lxc keeps one list for both.
    if (isCapabilities(key)) {
      this.drop('lxc.cap.drop');
      this.drop('lxc.cap.keep');
    }
  }

  private drop(key: string, from: Map<string, Setting[]> = this.byKey): void {
    for (const each of from.get(key) ?? []) this.ledger.unneeded(each, cleared);
    from.delete(key);
  }

  private dropNetwork(number: number): void {
    const group = this.networks.get(number) ?? new Map<string, Setting[]>();
    for (const key of group.keys()) this.drop(key, group);
    this.networks.delete(number);
  }

  /** `lxc.cgroup =`, `lxc.hook =` and the like clear all keys that start so. */
  private clearFamily(name: string): boolean {
    if (!FAMILIES.includes(name)) return false;
    const prefix = `${name}.`;
    for (const key of this.byKey.keys()) {
      if (!key.startsWith(prefix)) continue;
      const spec = this.byKey.get(key)?.[0]?.spec;
      // Not lxc.cgroup.dir and lxc.hook.version, which are no members of the family.
      if (spec?.list === true || spec?.key.endsWith('*')) this.drop(key);
    }
    return true;
  }

  private network(line: KeylessSetting, generations: Generations): void {
    const { written, value, span } = line;
    const { file, start } = span;
    const keySpan = { file, start, end: start + written.length };
    if (written === 'lxc.net' || written === 'lxc.network') {
      if (value !== '') return this.report(lxcNotEmpty(written, line.valueSpan));
      for (const each of this.networks.keys()) this.dropNetwork(each);
      this.legacyNetwork = -1;
      this.lastNetwork = -1;
      return;
    }
    const match = /^lxc\.(?:net\.(\d{1,20})|network(?:\.(\d{1,20}))?)(?:\.(.*))?$/s.exec(written);
    const number = match?.[1] ?? match?.[2];
    const subkey = match?.[3];
    if (match === null || (number === undefined && subkey === undefined)) {
      return this.report(lxcUnknownKey(written, keySpan, undefined));
    }
    const generation = written.startsWith('lxc.network') ? 'legacy' : 'current';
    this.generation(generations, generation, written, keySpan);
    if (number !== undefined && Number(number) > MAX_NETWORK) {
      return this.report(lxcBadValue(written, number, `a number up to ${MAX_NETWORK}`, keySpan));
    }
    if (subkey === undefined) {
      if (value !== '') return this.report(lxcUnknownKey(written, keySpan, undefined));
      this.dropNetwork(Number(number));
      return;
    }
    const spec = findNetworkKey(subkey);
    if (spec === undefined) {
      const meant = nearest(
        subkey,
        networkKeys.map(({ key }) => key),
      );
      const full = meant === undefined ? undefined : written.slice(0, -subkey.length) + meant;
      return this.report(lxcUnknownKey(written, keySpan, full));
    }
    const index = number === undefined ? this.legacyGroup(spec.key) : Number(number);
    if (index < 0) return this.report(lxcBeforeType(written, keySpan));
    const group = this.networks.get(index) ?? new Map<string, Setting[]>();
    this.networks.set(index, group);
    this.lastNetwork = Math.max(this.lastNetwork, index);
    if (value === '') this.drop(spec.key, group);
    else if (!isValid(spec.value, value)) {
      this.report(lxcBadValue(written, value, expectedOf(spec.value), line.valueSpan));
    } else this.put(group, settingFrom(line, spec, spec.key));
  }

  /** `lxc.network.type` opens a group, and the other lines go to the last one. */
  private legacyGroup(subkey: string): number {
    if (subkey === 'type') this.legacyNetwork = this.lastNetwork + 1;
    return this.legacyNetwork;
  }

  private include(setting: Setting): void {
    const { value, valueSpan: at } = setting;
    if (value === '') return;
    if (this.host === undefined) return this.put(this.byKey, setting);
    if (this.chain.length >= MAX_DEPTH) return this.stop(lxcIncludeTooDeep(MAX_DEPTH, at));
    const included = this.host.include(value);
    switch (included.kind) {
      case 'missing':
        return this.report(lxcIncludeMissing(value, at));
      case 'refused':
        return this.report(lxcIncludeRefused(value, included.reason, at));
      case 'files':
        for (const { file, text, identity } of included.files) {
          if (this.stopped) return;
          if (this.chain.includes(identity)) this.stop(lxcIncludeCycle(file, at));
          else {
            this.chain.push(identity);
            this.read(file, text);
            this.chain.pop();
          }
        }
    }
  }

  /** The file that everything starts with, so that it is seen if it includes itself. */
  readMain(file: string, text: string, identity: string | undefined): void {
    if (identity !== undefined) this.chain.push(identity);
    this.read(file, text);
  }

  get settings(): Settings | undefined {
    if (hasErrors(this.diagnostics)) return undefined;
    return { byKey: this.byKey, networks: this.networks };
  }
}

type KeylessSetting = Omit<Setting, 'spec' | 'key'>;

/** Not a spread of `line`: this is done for every line, and a spread takes as long as all the rest. */
const settingFrom = (
  { written, value, order, span, valueSpan }: KeylessSetting,
  spec: KeySpec,
  key: string,
): Setting => ({ spec, key, written, value, order, span, valueSpan });

type Generations = Map<'legacy' | 'current', { key: string; span: Span }>;

/** Names that without a value clear all keys which start so. */
export const FAMILIES: readonly string[] = [
  'lxc.cgroup',
  'lxc.cgroup2',
  'lxc.hook',
  'lxc.prlimit',
  'lxc.sysctl',
  'lxc.proc',
];
const isCapabilities = (key: string): boolean => key === 'lxc.cap.drop' || key === 'lxc.cap.keep';

// biome-ignore lint/suspicious/noControlCharactersInRegex: what XML 1.0 cannot hold.
const CONTROL = /[\u0001-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/;

const spanOf = (file: string, { start, end }: Piece): Span => ({ file, start, end });

/** One pair of quotes around the whole value is dropped. @see lxc 5.0, src/lxc/confile.c, parse_line */
function unquoted(piece: Piece): Piece {
  const { text, start, end } = piece;
  const quote = text.charAt(0);
  if ((quote !== '"' && quote !== "'") || text.length < 2 || !text.endsWith(quote)) return piece;
  return { text: text.slice(1, -1), start: start + 1, end: end - 1 };
}

export function countLines(text: string): number {
  let count = 1;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) count++;
  for (let at = text.indexOf('\r'); at >= 0; at = text.indexOf('\r', at + 1)) count++;
  return count;
}

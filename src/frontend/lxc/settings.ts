import { type Line, type Piece, parseConfig } from '../../../grammar/lines.ts';
import { cleared } from '../../diagnostics/catalog/ledger.ts';
import {
  lxcBadValue,
  lxcCommentInValue,
  lxcControlCharacter,
  lxcGenerationsMixed,
  lxcIncludeCycle,
  lxcIncludeMissing,
  lxcIncludeRefused,
  lxcIncludeTooDeep,
  lxcKeyTooNew,
  lxcLineTooLong,
  lxcNoAssignment,
  lxcNulByte,
  lxcTooManyFaults,
  lxcTooManyLines,
  lxcTooMuchIncluded,
  lxcUnknownKey,
} from '../../diagnostics/catalog/lxc.ts';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { nearest } from '../../diagnostics/nearest.ts';
import type { Span } from '../../diagnostics/origin.ts';
import type { LxcHost } from './host.ts';
import { allNames, findKey } from './keys.ts';
import type { Ledger } from './ledger.ts';
import { NetworkSettings } from './network-settings.ts';
import { type KeylessSetting, type Setting, type Settings, settingFrom } from './setting.ts';
import { expectedOf, isValid, words } from './values.ts';
import { type LxcVersion, sinceLxc3 } from './versions.ts';

/** The largest configs that are answered in time; those that people write have some hundred lines. */
const MAX_CHARACTERS = 1024 * 1024;
export const MAX_LINES = 1_500;
export const MAX_LINE = 65_536;
const MAX_DEPTH = 16;
export const MAX_FAULTS = 100;

/** Reads a config and what it includes into settings, as lxc would: what is set last counts, an empty value clears. */
export class SettingsReader {
  readonly diagnostics: Diagnostic[] = [];
  readonly sources = new Map<string, string>();
  readonly byKey = new Map<string, Setting[]>();
  private readonly host: LxcHost | undefined;
  private readonly ledger: Ledger;
  private readonly version: LxcVersion;
  private readonly networks: NetworkSettings;
  private readonly chain: string[] = [];
  private order = 0;
  private characters = 0;
  private lines = 0;
  private stopped = false;

  /** Without a host, `lxc.include` is not followed. */
  constructor(host: LxcHost | undefined, ledger: Ledger, version: LxcVersion) {
    this.host = host;
    this.ledger = ledger;
    this.version = version;
    this.networks = new NetworkSettings(version, ledger);
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
        if (line.piece.text.trim() === '') return;
        this.ledger.foreign(spanOf(file, line.piece));
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
    this.ledger.lines++;
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
    if (this.version === '2.1' && sinceLxc3.has(spec.key)) {
      return this.report(lxcKeyTooNew(key.text, spanOf(file, key)));
    }
    if (found.key === 'lxc.include') return this.include(settingFrom(line, spec, found.key));
    if (value.text === '' && NEVER_EMPTY.has(found.key)) {
      return this.report(lxcBadValue(key.text, '', 'a value: lxc cannot clear it', valueSpan));
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
      this.ledger.overridden(before);
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
    if (this.version === '2.1') return;
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

  private drop(key: string): void {
    for (const each of this.byKey.get(key) ?? []) this.ledger.unneeded(each, cleared);
    this.byKey.delete(key);
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
    const { written, span } = line;
    const keySpan = { file: span.file, start: span.start, end: span.start + written.length };
    if (written !== 'lxc.net' && written !== 'lxc.network') {
      const generation = written.startsWith('lxc.network') ? 'legacy' : 'current';
      this.generation(generations, generation, written, keySpan);
    }
    const fault = this.networks.read(line);
    if (fault !== undefined) this.report(fault);
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

  get settings(): Settings {
    return { byKey: this.byKey, networks: this.networks.groups };
  }
}

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
/** @see lxc 5.0, src/lxc/confile.c, set_config_personality, set_config_mount_fstab */
const NEVER_EMPTY: ReadonlySet<string> = new Set(['lxc.arch', 'lxc.mount.fstab']);
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

import { type Line, parseConfig } from '../../../grammar/lines.ts';
import {
  lxcKeyLeft,
  lxcNoAssignment,
  lxcNulByte,
  lxcTooManyFaults,
  lxcTooManyLines,
} from '../../diagnostics/catalog/lxc.ts';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { nearest } from '../../diagnostics/nearest.ts';
import { allNames, findKey, findNetworkKey } from './keys.ts';
import { countLines, FAMILIES, MAX_FAULTS, MAX_LINES } from './settings.ts';

/**
 * A config with the keys of today (lxc 3 and later), `KEY = VALUE` on each line. Comments, blank lines and the order
 * of the lines stay; keys that lxc has dropped become comments. What is no setting is left as it is.
 * @see lxc-update-config(1)
 */
export function formatLxc(text: string): string {
  const lines = parseConfig(text);
  const names = new Names(lines);
  let printed = '';
  let last = 0;
  for (const line of lines) {
    if (line.kind !== 'setting') continue;
    const { key, value } = line;
    printed += unindented(text.slice(last, key.start));
    printed += names.setting(key.text, value.text);
    last = value.end;
  }
  return printed + unindented(text.slice(last));
}

/**
 * What keeps a config from being formatted: a NUL byte, a line without `=`. Keys that lxc does not know are
 * left as they are, with a warning.
 */
export function formatFaults(file: string, text: string): readonly Diagnostic[] {
  const nul = text.indexOf('\0');
  if (nul >= 0) return [lxcNulByte({ file, start: nul, end: nul + 1 })];
  const start = { file, start: 0, end: 0 };
  if (countLines(text) > MAX_LINES) return [lxcTooManyLines(MAX_LINES, start)];
  const faults: Diagnostic[] = [];
  for (const line of parseConfig(text)) {
    if (line.kind !== 'broken' && line.kind !== 'setting') continue;
    const { text: key, start, end } = line.key;
    const at = { file, start, end };
    if (line.kind === 'broken') faults.push(lxcNoAssignment(key, at));
    else if (!isKnown(key)) faults.push(lxcKeyLeft(key, at, nearest(key, allNames)));
    if (faults.length >= MAX_FAULTS) return [...faults, lxcTooManyFaults(MAX_FAULTS, at)];
  }
  return faults;
}

/** The names of families, as `lxc.hook`, clear their keys and stay as they are. */
const isKnown = (key: string): boolean => {
  const match = /^lxc\.net(?:work)?(?:\.\d+)?(?:\.(.*))?$/s.exec(key);
  if (match !== null) return match[1] === undefined || findNetworkKey(match[1]) !== undefined;
  return findKey(key) !== undefined || FAMILIES.includes(key);
};

/** Blanks at the start of a line and at the end of the one before mean nothing. */
const unindented = (between: string): string =>
  between.replace(/^[ \t]+(?=[\r\n]|$)/, '').replace(/(^|[\r\n])[ \t]+$/, '$1');

/** Gives keys their names of today. */
class Names {
  private readonly backend: string | undefined;
  private network = -1;
  private last = -1;

  constructor(lines: readonly Line[]) {
    const backends = lines.flatMap((line) =>
      line.kind === 'setting' && line.key.text === 'lxc.rootfs.backend' ? [line.value.text] : [],
    );
    this.backend = backends.at(-1);
  }

  setting(key: string, value: string): string {
    if (DROPPED.has(key)) return `# ${key} = ${value}`;
    const name = this.name(key);
    const prefixed =
      key === 'lxc.rootfs' && this.backend !== undefined && value !== '' && !value.includes(':')
        ? `${this.backend}:${value}`
        : value;
    return prefixed === '' ? `${name} =` : `${name} = ${prefixed}`;
  }

  private name(key: string): string {
    const match = /^lxc\.net(work)?(?:\.(\d+))?(?:\.(.*))?$/s.exec(key);
    if (match === null) return findKey(key)?.key ?? key;
    const [, legacy, number, subkey] = match;
    if (number !== undefined) this.last = Math.max(this.last, Number(number));
    if (legacy === undefined) return key;
    const today = subkey === undefined ? undefined : (findNetworkKey(subkey)?.key ?? subkey);
    if (number !== undefined)
      return ['lxc.net', number, ...(today === undefined ? [] : [today])].join('.');
    if (today === undefined) return 'lxc.net';
    if (today === 'type') {
      this.last++;
      this.network = this.last;
    }
    return this.network < 0 ? key : `lxc.net.${this.network}.${today}`;
  }
}

/** Keys without a successor; the backend goes before the path of the root. */
const DROPPED: ReadonlySet<string> = new Set(['lxc.kmsg', 'lxc.pivotdir', 'lxc.rootfs.backend']);

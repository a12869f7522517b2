import { type Line, parseConfig } from '../../../grammar/parser.ts';
import { findKey, findNetworkKey } from './keys.ts';

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

import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { type Located, located, type Origin, source } from '../../diagnostics/origin.ts';
import type { LxcHost } from './host.ts';
import type { Ledger } from './ledger.ts';
import type { Setting, Settings } from './setting.ts';
import type { LxcVersion } from './versions.ts';

/** What the converters of the single parts share. */
export interface Conversion {
  readonly settings: Settings;
  readonly ledger: Ledger;
  readonly diagnostics: Diagnostic[];
  /** Whether what virsh leaves out is converted too. */
  readonly full: boolean;
  readonly version: LxcVersion;
  readonly host: LxcHost;
  /** The config. */
  readonly file: string;
  /** The texts that were read; the fstab joins them. */
  readonly sources: Map<string, string>;
}

/** The line that counts for a key that is no list. */
export const settingOf = ({ settings }: Conversion, key: string): Setting | undefined =>
  settings.byKey.get(key)?.at(-1);

export const settingsOf = ({ settings }: Conversion, key: string): readonly Setting[] =>
  settings.byKey.get(key) ?? [];

/** What lxc calls the container: the name of the folder that its `config` is in. */
export function folderName({ file, host }: Conversion): string | undefined {
  const folder = /([^/]+)\/config$/.exec(host.absolute?.(file) ?? file)?.[1];
  return folder === '.' || folder === '..' ? undefined : folder;
}

export const originOf = ({ span }: Setting): Origin => source(span);

export const locatedAt = <T>(value: T, { valueSpan }: Setting): Located<T> =>
  located(value, source(valueSpan));

/** Only the properties that have a value. */
export function given<T extends Record<string, unknown>>(
  properties: T,
): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const present: { [K in keyof T]?: T[K] } = {};
  for (const key in properties) if (properties[key] !== undefined) present[key] = properties[key];
  return present as { [K in keyof T]?: Exclude<T[K], undefined> };
}

import type { Span } from '../../diagnostics/origin.ts';
import type { KeySpec } from './keys.ts';

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

/** A line before its key is looked up. */
export type KeylessSetting = Omit<Setting, 'spec' | 'key'>;

/** Settings by today's key, in the order of the files; of a key that is no list only the last one. */
export type SettingsByKey = ReadonlyMap<string, readonly Setting[]>;

export interface Settings {
  readonly byKey: SettingsByKey;
  /** The network groups by number. */
  readonly networks: ReadonlyMap<number, SettingsByKey>;
}

/** Not a spread of `line`: this is done for every line, and a spread takes as long as all the rest. */
export const settingFrom = (
  { written, value, order, span, valueSpan }: KeylessSetting,
  spec: KeySpec,
  key: string,
): Setting => ({ spec, key, written, value, order, span, valueSpan });

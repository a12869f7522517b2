import { madeBy } from '../diagnostics/origin.ts';
import type { HostFacts } from '../facts/facts.ts';
import type { Extension } from '../ir/extension.ts';
import type { Logs } from './container.ts';

/** As much as one can read in an hour. */
export const DEFAULT_LOG_BYTES = 1 << 20;

/** Kept unless the domain wants none. */
export function logs(
  name: string,
  { logDirectory }: HostFacts,
  asked: Extension | undefined,
): Logs | undefined {
  const { value: bytes, origin } = asked?.logBytes ?? {
    value: DEFAULT_LOG_BYTES,
    origin: madeBy('logs'),
  };
  return logDirectory === undefined || bytes === 0
    ? undefined
    : { directory: `${logDirectory}/${name}`, bytes, origin };
}

import { readdirSync } from 'node:fs';
import type { PathFact } from '../facts.ts';
import { onHost } from './path.ts';
import { text } from './text.ts';

const LINKS = '/sys/class/net';

/** Whether a path is that of a link of the host, or of something that it has. */
export const isLinkPath = (path: string): boolean => path.startsWith(`${LINKS}/`);

/**
 * A link of the network that this process is in. What sysfs shows is that of whoever has mounted it: where it is another
 * one, nothing but the names is known.
 * @see network_namespaces(7)
 */
export function linkOnHost(path: string): PathFact | undefined {
  const names = linkNames();
  if (names === undefined) return onHost(path);
  const [name = '', ...below] = path.slice(LINKS.length + 1).split('/');
  if (!names.includes(name)) return { kind: 'missing' };
  if (isSameNetwork(names)) return onHost(path);
  return below.length === 0 ? { kind: 'directory' } : undefined;
}

/** @see proc_pid_net(5), dev */
const linkNames = (): string[] | undefined =>
  text('/proc/self/net/dev')
    ?.split('\n')
    .flatMap((line) => /^\s*(\S+):/.exec(line)?.[1] ?? []);

function isSameNetwork(names: readonly string[]): boolean {
  try {
    const shown = readdirSync(LINKS).filter((name) => name !== 'bonding_masters');
    return shown.toSorted().join('\n') === names.toSorted().join('\n');
  } catch {
    return false;
  }
}

import type { State } from './state-of.ts';

/** What a domain is at a moment. */
export interface Seen {
  readonly state: State['state'];
  readonly isDefined: boolean;
  readonly supervisor: number | undefined;
  readonly restarts: number;
}

export interface Happening {
  readonly domain: string;
  readonly event: string;
  readonly detail: string;
}

/**
 * What has become of domains between two looks, in the words of virsh. `endOf` says how one has ended. @see libvirt 9.0, tools/virsh-domain-event.c
 */
export function changes(
  before: ReadonlyMap<string, Seen>,
  after: ReadonlyMap<string, Seen>,
  endOf: (name: string) => string,
): readonly Happening[] {
  const names = [...new Set([...before.keys(), ...after.keys()])];
  return names.flatMap((domain) => {
    const [old, now] = [before.get(domain), after.get(domain)];
    const found: Happening[] = [];
    const happened = (name: string, detail: string) => found.push({ domain, event: name, detail });
    const [was, is] = [old?.state ?? 'shut off', now?.state ?? 'shut off'];
    if (now?.isDefined === true && old?.isDefined !== true) happened('Defined', 'Added');
    const isOther = old?.supervisor !== now?.supervisor;
    if (was !== 'shut off' && (is === 'shut off' || isOther)) happened('Stopped', endOf(domain));
    if (is !== 'shut off' && (was === 'shut off' || isOther)) happened('Started', 'Booted');
    else if (is !== 'shut off' && (now?.restarts ?? 0) > (old?.restarts ?? 0))
      happened('Started', 'Booted');
    // Also of one that was started between two looks.
    if (is === 'paused' && (was !== 'paused' || isOther)) happened('Suspended', 'Paused');
    if (was === 'paused' && is === 'running' && !isOther) happened('Resumed', 'Unpaused');
    if (old?.isDefined === true && now?.isDefined !== true) happened('Undefined', 'Removed');
    return found;
  });
}

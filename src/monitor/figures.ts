/** What has been counted of a running container up to a moment. What nobody counts is undefined. */
export interface Figures {
  readonly name: string;
  /** The process id of its init on the host. */
  readonly id: number;
  readonly isPaused: boolean;
  /** Milliseconds since 1970. */
  readonly startedMs: number;
  readonly restarts: number;
  readonly processes: number;
  readonly cpuNs: number;
  readonly memoryBytes: number | undefined;
  /** undefined without a limit, too. */
  readonly memoryLimitBytes: number | undefined;
  readonly swapBytes: number | undefined;
  /** What passed between the container and its devices of blocks. */
  readonly disk: Traffic | undefined;
  /** undefined if its network is that of the host. */
  readonly network: Traffic | undefined;
}

/** Bytes into the container, and out of it. */
export interface Traffic {
  readonly inBytes: number;
  readonly outBytes: number;
}

/** All running containers at one moment. */
export interface Sample {
  /** Milliseconds of a clock that only goes forward. */
  readonly atMs: number;
  readonly domains: readonly Figures[];
}

/** A container, and what it has used of a second between two samples. */
export interface Usage extends Figures {
  /** Of one processor: 1 is a processor all the time. */
  readonly cpu: number;
  readonly diskPerSecond: Traffic | undefined;
  readonly networkPerSecond: Traffic | undefined;
}

/** What each container of `now` has used since `before`; nothing yet for one that was not there. */
export function usageBetween(before: Sample | undefined, now: Sample): readonly Usage[] {
  const seconds = before === undefined ? 0 : (now.atMs - before.atMs) / 1000;
  return now.domains.map((domain): Usage => {
    // Another init under the same name counts anew.
    const past = before?.domains.find(({ name, id }) => name === domain.name && id === domain.id);
    const perSecond = (to: number, from: number): number =>
      seconds > 0 ? Math.max(0, to - from) / seconds : 0;
    const traffic = (to: Traffic | undefined, from: Traffic | undefined): Traffic | undefined =>
      to && {
        inBytes: perSecond(to.inBytes, from?.inBytes ?? to.inBytes),
        outBytes: perSecond(to.outBytes, from?.outBytes ?? to.outBytes),
      };
    return {
      ...domain,
      cpu: perSecond(domain.cpuNs, past?.cpuNs ?? domain.cpuNs) / 1e9,
      diskPerSecond: traffic(domain.disk, past?.disk),
      networkPerSecond: traffic(domain.network, past?.network),
    };
  });
}

/** What a list can be sorted by. @see virt-top(1), --sort */
export const sortKeys = ['cpu', 'mem', 'time', 'name', 'id', 'net', 'block'] as const;
export type SortKey = (typeof sortKeys)[number];

/** The most first; names and ids upwards. */
export function sorted(all: readonly Usage[], key: SortKey): readonly Usage[] {
  const total = (traffic: Traffic | undefined): number =>
    traffic === undefined ? -1 : traffic.inBytes + traffic.outBytes;
  const byName = (a: Usage, b: Usage): number => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
  const measures: Readonly<Record<Exclude<SortKey, 'name'>, (usage: Usage) => number>> = {
    cpu: ({ cpu }) => cpu,
    mem: ({ memoryBytes = -1 }) => memoryBytes,
    time: ({ cpuNs }) => cpuNs,
    id: ({ id }) => -id,
    net: ({ networkPerSecond }) => total(networkPerSecond),
    block: ({ diskPerSecond }) => total(diskPerSecond),
  };
  if (key === 'name') return [...all].sort(byName);
  const measure = measures[key];
  return [...all].sort((a, b) => measure(b) - measure(a) || byName(a, b));
}

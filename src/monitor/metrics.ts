import type { Figures } from './figures.ts';

interface Metric {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge';
  readonly value: (figures: Figures) => number | undefined;
}

/** cAdvisor's names where it has the figure. @see https://github.com/google/cadvisor/blob/master/docs/storage/prometheus.md */
const metrics: readonly Metric[] = [
  {
    name: 'container_cpu_usage_seconds_total',
    help: 'Cumulative cpu time consumed',
    type: 'counter',
    value: ({ cpuNs }) => cpuNs / 1e9,
  },
  {
    name: 'container_memory_usage_bytes',
    help: 'Current memory usage, including all memory regardless of when it was accessed',
    type: 'gauge',
    value: ({ memoryBytes }) => memoryBytes,
  },
  {
    name: 'container_memory_swap',
    help: 'Container swap usage in bytes',
    type: 'gauge',
    value: ({ swapBytes }) => swapBytes,
  },
  {
    name: 'container_spec_memory_limit_bytes',
    help: 'Memory limit for the container, 0 for none',
    type: 'gauge',
    value: ({ memoryLimitBytes }) => memoryLimitBytes ?? 0,
  },
  {
    name: 'container_fs_reads_bytes_total',
    help: 'Cumulative count of bytes read',
    type: 'counter',
    value: ({ disk }) => disk?.inBytes,
  },
  {
    name: 'container_fs_writes_bytes_total',
    help: 'Cumulative count of bytes written',
    type: 'counter',
    value: ({ disk }) => disk?.outBytes,
  },
  {
    name: 'container_network_receive_bytes_total',
    help: 'Cumulative count of bytes received',
    type: 'counter',
    value: ({ network }) => network?.inBytes,
  },
  {
    name: 'container_network_transmit_bytes_total',
    help: 'Cumulative count of bytes transmitted',
    type: 'counter',
    value: ({ network }) => network?.outBytes,
  },
  {
    name: 'container_processes',
    help: 'Number of processes running inside the container',
    type: 'gauge',
    value: ({ processes }) => processes,
  },
  {
    name: 'container_start_time_seconds',
    help: 'Start time of the container since unix epoch in seconds',
    type: 'gauge',
    value: ({ startedMs }) => Math.round(startedMs) / 1000,
  },
  {
    name: 'lxplain_domain_restarts_total',
    help: 'How often init was started again since the start of the domain',
    type: 'counter',
    value: ({ restarts }) => restarts,
  },
  {
    name: 'lxplain_domain_paused',
    help: 'Whether the domain is paused: 1 or 0',
    type: 'gauge',
    value: ({ isPaused }) => (isPaused ? 1 : 0),
  },
];

/** The type that a server says the text is of. */
export const metricsType = 'text/plain; version=0.0.4; charset=utf-8';

/** Of all running domains, with the numbers of domains by state. @see https://prometheus.io/docs/instrumenting/exposition_formats/ */
export function metricsText(domains: readonly Figures[], shutOff: number): string {
  const blocks = metrics.map((metric) => {
    const lines = domains.flatMap((figures) => {
      const value = metric.value(figures);
      return value === undefined
        ? []
        : [`${metric.name}{name="${escaped(figures.name)}"} ${value}\n`];
    });
    return `${head(metric)}${lines.join('')}`;
  });
  const paused = domains.filter(({ isPaused }) => isPaused).length;
  const states = { running: domains.length - paused, paused, shutoff: shutOff };
  const counts = Object.entries(states).map(
    ([state, count]) => `lxplain_domains{state="${state}"} ${count}\n`,
  );
  const about = { name: 'lxplain_domains', help: 'Number of domains by state', type: 'gauge' };
  return `${blocks.join('')}${head(about)}${counts.join('')}`;
}

const head = ({ name, help, type }: { name: string; help: string; type: string }): string =>
  `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`;

const escaped = (label: string): string =>
  label.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');

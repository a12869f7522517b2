import type { Figures, Sample } from '../../src/monitor/figures.ts';

const MIB = 2 ** 20;

/** What is counted of a container that does nothing. */
export const idle = (name: string, more: Partial<Figures> = {}): Figures => ({
  name,
  id: 100,
  isPaused: false,
  startedMs: 0,
  restarts: 0,
  processes: 1,
  cpuNs: 0,
  memoryBytes: 16 * MIB,
  memoryLimitBytes: 64 * MIB,
  swapBytes: 0,
  disk: undefined,
  network: undefined,
  ...more,
});

/** Three containers, and one that comes later; a second between two samples. */
export const samples: readonly Sample[] = [0, 1, 2].map((second) => ({
  atMs: second * 1000,
  domains: [
    idle('web', {
      id: 300,
      cpuNs: second * 0.5e9,
      memoryBytes: 60 * MIB,
      network: { inBytes: second * 5 * MIB, outBytes: second * MIB },
      processes: 12,
    }),
    idle('database', {
      id: 200,
      cpuNs: second * 1.25e9,
      disk: { inBytes: 7 * MIB, outBytes: 7 * MIB + second * 2048 },
      memoryBytes: 3 * 1024 * MIB,
      memoryLimitBytes: undefined,
      restarts: 2,
    }),
    idle('a name that is long', { id: 400, isPaused: true }),
    ...(second === 2 ? [idle('fresh', { id: 500, cpuNs: 9e9 })] : []),
  ],
}));

import { availableParallelism, totalmem } from 'node:os';
import type { Sample } from '../monitor/figures.ts';
import type { Host } from '../monitor/view.ts';
import { countShutOff } from './find-known.ts';
import { Meter } from './gauges.ts';

/** So many samples are remembered: a sparkline shows no more. */
const REMEMBERED = 12;

/** Takes samples of all that runs, or of the domains of some names, and remembers the last ones. */
export class Sampler {
  private readonly meter = new Meter();
  private readonly names: readonly string[];
  samples: readonly Sample[] = [];
  shutOff = 0;

  constructor(names: readonly string[]) {
    this.names = names;
  }

  /** @throws StateError */
  take(): void {
    const all = this.meter.read();
    this.shutOff = countShutOff(all);
    const { names } = this;
    const domains = names.length === 0 ? all : all.filter(({ name }) => names.includes(name));
    const sample = { atMs: performance.now(), domains };
    this.samples = [...this.samples, sample].slice(-REMEMBERED);
  }
}

export const thisHost = (): Host => ({
  processors: availableParallelism(),
  memoryBytes: totalmem(),
});

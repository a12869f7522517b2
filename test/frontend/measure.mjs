// Loaded into a process before all else: at its end it writes to descriptor 3 how long it ran, how long it kept
// a processor busy (both in ms), and how much memory it had at most (MiB).
import { writeSync } from 'node:fs';
import { performance } from 'node:perf_hooks';

process.on('exit', () => {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  const measured = {
    wall: performance.now(),
    processor: (userCPUTime + systemCPUTime) / 1000,
    megabytes: maxRSS / 1024,
  };
  writeSync(3, JSON.stringify(measured));
});

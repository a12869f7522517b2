// Loaded into a process before all else: at its end it writes to descriptor 3 how long it kept
// a processor busy (in ms), and how much memory it had at most (MiB).
import { writeSync } from 'node:fs';


process.on('exit', () => {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  const measured = {
    processor: (userCPUTime + systemCPUTime) / 1000,
    megabytes: maxRSS / 1024,
  };
  writeSync(3, JSON.stringify(measured));
});

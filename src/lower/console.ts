import type { ConsoleOps } from '../plan/ops/console.ts';
import { lowerConsole } from './capture.ts';
import type { Lowerings } from './lowering.ts';
import { lowerSessionStart } from './process.ts';
import { lowerRelay } from './supervise.ts';
import { lowerConsoleSize } from './terminal.ts';

export const consoleLowerings: Lowerings<ConsoleOps> = {
  'console.create': (out, step, { mode }) => {
    lowerConsole(out, step);
    if (step.number === 0) lowerConsoleSize(out, mode);
  },
  'session.start': lowerSessionStart,
  'console.relay': lowerRelay,
};

import { address, field, int, value } from '../program/operands.ts';
import type { Assembly } from './assembly.ts';
import { KERNEL_SAYS, kernelText } from './link.ts';

/** What the record of a start begins with. */
const kinds = { started: 1, failed: 2 };

/**
 * One record of 24 bytes for the driver: kind, step, errno, length of what the kernel has said, pid of init; and behind it
 * what the kernel has said. The first one counts.
 */
export function tellDriver(out: Assembly, kind: keyof typeof kinds, talks = false): void {
  const told = out.fresh('told');
  out.branch(value('reported'), '!=', int(0), told);
  out.store(field('reported', 0, 8), int(1));
  out.variable('record', 24);
  out.store(field('record', 0, 4), int(kinds[kind]));
  out.store(field('record', 4, 4), value('failed_step'));
  out.store(field('record', 8, 4), value('failed_errno'));
  out.store(field('record', 16, 8), value('init_pid'));
  if (talks) out.store(field('record', 12, 4), value(KERNEL_SAYS));
  out.call('write', [int(3), address('record'), int(24)], { onError: false });
  if (talks) {
    const silent = out.fresh('silent');
    out.branch(value(KERNEL_SAYS), '==', int(0), silent);
    out.call('write', [int(3), kernelText, value(KERNEL_SAYS)], { onError: false });
    out.label(silent);
  }
  out.call('close', [int(3)], { onError: false });
  out.label(told);
}

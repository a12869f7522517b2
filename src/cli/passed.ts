import { fstatSync, readdirSync, readlinkSync } from 'node:fs';
import {
  descriptorIsDirectory,
  descriptorNotGiven,
  descriptorsInvalid,
  descriptorsOfPlan,
} from '../diagnostics/catalog/descriptors.ts';
import { MOST_PASSED, passDescriptors, passedBy } from '../plan/pass-descriptors.ts';
import type { Plan } from '../plan/plan.ts';
import { Failure } from './failure.ts';

/** Of this process and of whoever looks at the terminal. */
const STANDARD = 2;

/**
 * The numbers in `--pass-fds 7,8`; each one once.
 * @throws Failure
 */
export function descriptorNumbers(text: string | undefined): readonly number[] {
  if (text === undefined) return [];
  const numbers = text.split(',').map((each) => (/^\d{1,7}$/.test(each) ? Number(each) : -1));
  const isWrong = (each: number, index: number) =>
    each <= STANDARD || numbers.indexOf(each) !== index;
  if (numbers.some(isWrong) || numbers.length > MOST_PASSED)
    throw new Failure([descriptorsInvalid(text, MOST_PASSED)]);
  return numbers;
}

/**
 * The same of descriptors that who called has given to this process. A directory would lead out of the container.
 * @throws Failure
 */
export function passedDescriptors(text: string | undefined): readonly number[] {
  const numbers = descriptorNumbers(text);
  for (const each of numbers) {
    if (!isGiven(each)) throw new Failure([descriptorNotGiven(each)]);
    if (fstatSync(each).isDirectory()) throw new Failure([descriptorIsDirectory(each)]);
  }
  return numbers;
}

/** What Node waits with is its own; so is a pipe of which this process has both ends. Flags do not tell: Node marks all alike. */
function isGiven(descriptor: number): boolean {
  const target = targetOf(descriptor);
  if (target === undefined || /^anon_inode:\[(?:eventpoll|eventfd|io_uring)\]$/.test(target))
    return false;
  if (!target.startsWith('pipe:')) return true;
  return readdirSync('/proc/self/fd').every(
    (each) => Number(each) === descriptor || targetOf(Number(each)) !== target,
  );
}

function targetOf(descriptor: number): string | undefined {
  try {
    return readlinkSync(`/proc/self/fd/${descriptor}`);
  } catch {
    return undefined;
  }
}

/**
 * The plan that gives so many descriptors to init. A plan that does so already has to be given as many.
 * @throws Failure
 */
export function withDescriptors(plan: Plan, file: string, count: number): Plan {
  const own = passedBy(plan);
  if (own === 0) return passDescriptors(plan, count, process.env.LISTEN_FDNAMES);
  if (own !== count) throw new Failure([descriptorsOfPlan(file, own, count)]);
  return plan;
}

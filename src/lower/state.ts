import type { StepOf } from '../plan/plan.ts';
import { AT_FDCWD, address, field, int, load, string, value } from '../program/operands.ts';
import { type Assembly, words } from './assembly.ts';

const AT_REMOVEDIR = int(0x200, 'AT_REMOVEDIR');
const parentOf = (path: string): string => path.slice(0, path.lastIndexOf('/'));

/** `struct flock` for the whole file. */
const wholeFile = (out: Assembly) =>
  out.constant(
    'whole_file',
    words([2, 1], [2, 0], [4, 0], [8, 0], [8, 0], [8, 0]),
    '{l_type=F_WRLCK, l_whence=SEEK_SET, l_start=0, l_len=0}',
  );

/**
 * Takes the lock on the name, which is the running state: the kernel drops it with the process, and
 * F_GETLK names the holder. Another container of this name may be removing the directory meanwhile, so a
 * lock on a file without a name is given back and taken anew.
 * @see fcntl(2), "Advisory record locking"
 */
export function lowerStateLock(out: Assembly, step: StepOf<'state.lock'>): void {
  const { directory } = step;
  const private_ = int(0o700, '0700');
  out.label('state_again');
  out.call('mkdirat', [AT_FDCWD, string(parentOf(directory)), private_], { tolerates: ['EEXIST'] });
  out.call('mkdirat', [AT_FDCWD, string(directory), private_], {
    result: 'made',
    tolerates: ['EEXIST', 'ENOENT'],
    onError: 'fail_directory',
  });
  out.call(
    'openat',
    [
      AT_FDCWD,
      string(`${directory}/lock`),
      out.open('O_RDWR', 'O_CREAT', 'O_CLOEXEC'),
      int(0o600, '0600'),
    ],
    { result: 'lock', tolerates: ['ENOENT'], onError: 'fail_directory' },
  );
  out.branch(load(field('lock', 0, 8), true), '<', int(0), 'state_again');
  const SETLK = int(6, 'F_SETLK');
  out.call('fcntl', [value('lock'), SETLK, wholeFile(out)], { onError: 'fail_lock' });
  out.variable('status_of_lock', 256);
  out.call(
    'statx',
    [
      value('lock'),
      string(''),
      int(0x1000, 'AT_STATX_SYNC_AS_STAT|AT_EMPTY_PATH'),
      int(4, 'STATX_NLINK'),
      address('status_of_lock'),
    ],
    { onError: 'fail_state' },
  );
  out.branch(load(field('status_of_lock', 16, 4)), '!=', int(0), 'state_locked');
  out.call('close', [value('lock')], { onError: 'fail_state' });
  out.jump('state_again');
  out.label('state_locked');
}

/** The journal: what `clean` takes back if the supervisor is killed. Written before the first effect. */
export function lowerJournal(out: Assembly, step: StepOf<'state.journal'>): void {
  const text = step.lines.map((line) => `${line}\n`).join('');
  const length = Buffer.byteLength(text);
  out.call('write', [value('lock'), string(text), int(length)]);
  out.call('ftruncate', [value('lock'), int(length)]);
}

/**
 * Who fails to lock may remove the file only if nobody else holds it: the second try decides. `running` is told as
 * the step that has failed if another container of the name runs.
 */
export function emitLockFailure(out: Assembly, directory: string, running: number): void {
  out.label('fail_lock');
  out.call('fcntl', [value('lock'), int(6, 'F_SETLK'), wholeFile(out)], {
    result: 'made',
    onError: false,
  });
  out.branch(load(field('made', 0, 8), true), '>=', int(0), 'fail_state');
  out.store(field('failed_step', 0, 8), int(running));
  out.jump('report');
  out.label('fail_directory');
  removeDirectories(out, directory);
  out.jump('report');
}

function removeDirectories(out: Assembly, directory: string): void {
  for (const path of [directory, parentOf(directory)]) {
    out.call('unlinkat', [AT_FDCWD, string(path), AT_REMOVEDIR], { onError: false });
  }
}

/** Removes the lock file while the lock is held, then the directories, as far as nobody else uses them. */
export function lowerStateRemove(out: Assembly, step: StepOf<'state.remove'>): void {
  out.call('unlinkat', [AT_FDCWD, string(`${step.directory}/lock`), int(0)], { onError: false });
  removeDirectories(out, step.directory);
}

const TRIES = 200;

/**
 * A group is busy until the last of its processes is gone: tries again every 10 ms, for two seconds in all. Then
 * the step has failed, and `left` keeps the journal for `clean`.
 */
export function lowerCgroupRemove(out: Assembly, step: StepOf<'cgroup.remove'>): void {
  const [again, done, busy] = [out.fresh('remove'), out.fresh('removed'), out.fresh('busy')];
  out.slot('tries');
  out.slot('removed');
  out.label(again);
  out.call('unlinkat', [AT_FDCWD, string(step.path), AT_REMOVEDIR], {
    result: 'removed',
    onError: false,
  });
  out.branch(load(field('removed', 0, 8), true), '>=', int(0), done);
  out.branch(load(field('removed', 0, 8), true), '==', int(-2), done); // ENOENT
  out.branch(value('tries'), '>=', int(TRIES), busy);
  out.compute(field('tries', 0, 8), value('tries'), '+', int(1));
  const pause = out.constant(
    'ten_ms',
    words([8, 0], [8, 10_000_000]),
    '{tv_sec=0, tv_nsec=10000000}',
  );
  out.call('ppoll', [int(0, 'NULL'), int(0), pause, int(0, 'NULL'), int(0)], { onError: false });
  out.jump(again);
  out.label(busy);
  out.store(out.slot('left'), int(1));
  out.branch(value('failed_errno'), '!=', int(0), done); // what failed first is what is reported
  out.store(field('failed_step', 0, 8), int(step.id));
  out.compute(field('failed_errno', 0, 8), int(0), '-', value('removed'));
  out.label(done);
}

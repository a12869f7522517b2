import { directoryOf } from '../linux/paths.ts';
import { journalText, leftOfKilled, readJournalLine } from '../plan/journal.ts';
import type { StateOps } from '../plan/ops/state.ts';
import type { StepOf } from '../plan/plan.ts';
import { AT_FDCWD, address, field, int, load, string, value } from '../program/operands.ts';
import type { Operand } from '../program/program.ts';
import { type Assembly, words } from './assembly.ts';
import type { Around, Lowerings } from './lowering.ts';

export const stateLowerings: Lowerings<StateOps> = {
  'state.lock': lowerStateLock,
  'state.journal': lowerJournal,
  'state.remove': lowerStateRemove,
};

const AT_REMOVEDIR = int(0x200, 'AT_REMOVEDIR');

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
  out.call('mkdirat', [AT_FDCWD, string(directoryOf(directory)), private_], {
    tolerates: ['EEXIST'],
  });
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
      // What an earlier start has left in the journal stays until it is undone; a link is not followed.
      out.open('O_RDWR', 'O_CREAT', 'O_APPEND', 'O_NOFOLLOW', 'O_CLOEXEC'),
      int(0o600, '0600'),
    ],
    { result: 'lock', tolerates: ['ENOENT'], onError: 'fail_directory' },
  );
  out.branch(load(field('lock', 0, 8), true), '<', int(0), 'state_again');
  const SETLK = int(6, 'F_SETLK');
  out.call('fcntl', [value('lock'), SETLK, wholeFile(out)], { onError: 'fail_lock' });
  out.label('state_taken');
  out.variable('status_of_lock', 256);
  out.handOn('status_of_lock');
  out.call(
    'statx',
    [
      value('lock'),
      string(''),
      int(0x1000, 'AT_STATX_SYNC_AS_STAT|AT_EMPTY_PATH'),
      int(0x204, 'STATX_NLINK|STATX_SIZE'),
      address('status_of_lock'),
    ],
    { onError: 'fail_state' },
  );
  out.branch(load(field('status_of_lock', 16, 4)), '!=', int(0), 'state_locked');
  out.call('close', [value('lock')], { onError: 'fail_state' });
  out.jump('state_again');
  out.label('state_locked');
}

/**
 * The journal: what `clean` takes back if the supervisor is killed. Written before the first effect, and behind what is
 * there: a line that was cut off stays apart from it.
 */
export function lowerJournal(
  out: Assembly,
  step: StepOf<'state.journal'>,
  { plan, mode }: Around,
): void {
  const text = journalText(step.lines);
  out.branch(load(field('status_of_lock', 40, 8)), '==', int(0), 'journal_write');
  takeOver(out, step, text);
  if (mode.kind === 'foreground') {
    const told = `${leftOfKilled(plan.name)}\n`;
    out.call('write', [int(2), string(told), int(Buffer.byteLength(told))], { onError: false });
  }
  out.label('journal_write');
  out.call('write', [value('lock'), string(text), int(Buffer.byteLength(text))]);
  out.label('journalled');
}

/**
 * There is a journal already: its supervisor was killed. What the groups of this plan hold of it is removed, and a group
 * that somebody is still in ends the start. If it is the journal of another plan there is more than that: `found_left`
 * keeps it for `clean`.
 */
function takeOver(out: Assembly, { lines }: StepOf<'state.journal'>, text: string): void {
  const groups = lines.flatMap((line) => readJournalLine(line)?.path ?? []);
  const [at, group] = [out.slot('group_at'), out.slot('group')];
  out.slot('tries');
  out.define({
    kind: 'pointers',
    name: 'own_groups',
    targets: [...groups.map((path) => string(path)), null],
  });
  out.store(field('found_left', 0, 8), int(1));
  out.store(at, int(-1));
  out.label('group_next');
  out.compute(at, value('group_at'), '+', int(1));
  out.lookup(group, 'own_groups', value('group_at'));
  out.branch(value('group'), '==', int(0, 'NULL'), 'groups_taken');
  removeGroup(out, value('group'), 'group_next', 'group_busy');
  out.label('group_busy');
  out.call('unlinkat', [AT_FDCWD, value('group'), AT_REMOVEDIR], { tolerates: ['ENOENT'] });
  out.jump('group_next');
  out.label('groups_taken');
  out.store(field('tries', 0, 8), int(0));
  const size = Buffer.byteLength(text);
  const differs = 'journal_differs';
  out.branch(load(field('status_of_lock', 40, 8)), '!=', int(size), differs);
  const mine = out.constant('journal', Buffer.from(text), JSON.stringify(text));
  out.variable('journal_found', size);
  out.call('read', [value('lock'), address('journal_found'), int(size)], { onError: false });
  out.store(out.slot('letter'), int(0));
  out.label('letter_next');
  for (const [letter, of] of [
    ['letter_found', address('journal_found')],
    ['letter_mine', mine],
  ] as const) {
    out.compute(out.slot(letter), of, '+', value('letter'));
    out.peek(out.slot(letter), value(letter), 1);
  }
  out.branch(value('letter_found'), '!=', value('letter_mine'), differs);
  out.compute(field('letter', 0, 8), value('letter'), '+', int(1));
  out.branch(value('letter'), '<', int(size), 'letter_next');
  out.store(field('found_left', 0, 8), int(0));
  out.jump('journalled');
  out.label(differs);
}

/**
 * Who fails to lock may remove the file only if nobody else holds it: the second try decides. If that takes the lock
 * which another one held a moment ago, the start goes on. `running` is told as the step that has failed if another
 * container of the name runs.
 */
export function emitLockFailure(out: Assembly, directory: string, running: number): void {
  out.label('fail_lock');
  out.call('fcntl', [value('lock'), int(6, 'F_SETLK'), wholeFile(out)], {
    result: 'made',
    onError: false,
  });
  out.branch(load(field('made', 0, 8), true), '>=', int(0), 'lock_free');
  out.store(field('failed_step', 0, 8), int(running));
  out.jump('report');
  out.label('lock_free');
  out.branch(value('failed_errno'), '!=', int(EAGAIN), 'fail_state');
  out.fail(0, 'state_taken', 0); // nothing has
  out.label('fail_directory');
  removeDirectories(out, directory);
  out.jump('report');
}

function removeDirectories(out: Assembly, directory: string): void {
  for (const path of [directory, directoryOf(directory)]) {
    out.call('unlinkat', [AT_FDCWD, string(path), AT_REMOVEDIR], { onError: false });
  }
}

/**
 * Removes the lock file while the lock is held, then the directories, as far as nobody else uses them. What stays for
 * another reason is told as the failure of the step, unless something has failed before.
 */
export function lowerStateRemove(out: Assembly, step: StepOf<'state.remove'>): void {
  const { directory } = step;
  const kept = out.fresh('state_kept');
  const single = out.fresh('single_life');
  out.branch(value('lives'), '==', int(0), single);
  removeOrTell(out, step.id, `${directory}/life`, int(0), []);
  out.label(single);
  out.branch(value('found_left'), '!=', int(0), kept);
  removeOrTell(out, step.id, `${directory}/lock`, int(0), []);
  removeOrTell(out, step.id, directory, AT_REMOVEDIR, [ENOTEMPTY, EEXIST]);
  // Common property: it may be in use, or a mount point.
  out.call('unlinkat', [AT_FDCWD, string(directoryOf(directory)), AT_REMOVEDIR], {
    onError: false,
  });
  out.label(kept);
}

/**
 * Notes, for whoever lists what runs, how the life that is over has ended, and how many there have been: two lines of one
 * length, so that one call replaces the whole. When that was is the time of the file. Without it nothing is lost.
 */
export function noteLife(out: Assembly, directory: string): void {
  const digits = 10;
  const [lives, status] = ['lives ', 'status '];
  const end = status.length + digits + 1;
  out.compute(out.slot('lives'), value('lives'), '+', int(1));
  out.variable(
    'life',
    lives.length + digits + 1 + end,
    Buffer.from(`${lives}${' '.repeat(digits)}\n${status}${' '.repeat(digits)}\n`),
  );
  out.decimal(value('lives'), 'life', lives.length, digits, ' ');
  const at = lives.length + digits + 1 + status.length;
  out.decimal(load(field('status', 0, 4)), 'life', at, digits, ' ');
  const flags = out.open('O_WRONLY', 'O_CREAT', 'O_NOFOLLOW', 'O_CLOEXEC');
  out.call('openat', [AT_FDCWD, string(`${directory}/life`), flags, int(0o600, '0600')], {
    result: 'file',
    onError: false,
  });
  const none = out.fresh('no_life');
  out.branch(load(field('file', 0, 8), true), '<', int(0), none);
  out.call('write', [value('file'), address('life'), int(at + digits + 1)], { onError: false });
  out.call('close', [value('file')], { onError: false });
  out.label(none);
}

const [ENOENT, EAGAIN, EEXIST, ENOTEMPTY] = [2, 11, 17, 39];

function removeOrTell(
  out: Assembly,
  step: number,
  path: string,
  flags: Operand,
  harmless: readonly number[],
): void {
  const done = out.fresh('taken_away');
  out.call('unlinkat', [AT_FDCWD, string(path), flags], { result: 'removed', onError: false });
  const removed = load(field('removed', 0, 8), true);
  out.branch(removed, '>=', int(0), done);
  for (const errno of [ENOENT, ...harmless]) out.branch(removed, '==', int(-errno), done);
  out.branch(value('failed_errno'), '!=', int(0), done);
  out.keepFailure(int(step), value('removed'));
  out.label(done);
}

const TRIES = 200;
const DT_DIR = 4;
/** The longest `struct linux_dirent64` there is: the first one that is read is the one that counts. */
const ENTRY = 280;
const [DOT, DOT_DOT] = [0x2e, 0x2e2e];

const removeAt = (out: Assembly, directory: Operand, name: Operand): Operand => {
  out.call('unlinkat', [directory, name, AT_REMOVEDIR], { result: 'removed', onError: false });
  return load(field('removed', 0, 8), true);
};

/**
 * A group is busy until the last of its processes is gone: tries again every 10 ms, for two seconds in all. Groups that
 * the container has made below it go first.
 */
function removeGroup(out: Assembly, path: Operand, done: string, busy: string): void {
  const again = out.fresh('remove');
  out.slot('tries');
  out.slot('removed');
  out.label(again);
  const result = removeAt(out, AT_FDCWD, path);
  out.branch(result, '>=', int(0), done);
  out.branch(result, '==', int(-ENOENT), done);
  removeBelow(out, path, again);
  out.branch(value('tries'), '>=', int(TRIES), busy);
  out.compute(field('tries', 0, 8), value('tries'), '+', int(1));
  const pause = out.constant(
    'ten_ms',
    words([8, 0], [8, 10_000_000]),
    '{tv_sec=0, tv_nsec=10000000}',
  );
  out.call('ppoll', [int(0, 'NULL'), int(0), pause, int(0, 'NULL'), int(0)], { onError: false });
  out.jump(again);
}

/** If the group stays the step has failed, and `left` keeps the journal for `clean`. */
export function lowerCgroupRemove(out: Assembly, step: StepOf<'cgroup.remove'>): void {
  const [done, busy] = [out.fresh('removed'), out.fresh('busy')];
  removeGroup(out, string(step.path), done, busy);
  out.label(busy);
  removeAt(out, AT_FDCWD, string(step.path)); // what is below it may have told another error
  out.store(out.slot('left'), int(1));
  out.branch(value('failed_errno'), '!=', int(0), done); // what failed first is what is reported
  out.keepFailure(int(step.id), value('removed'));
  out.label(done);
}

/**
 * Goes down from a group, to the first group below it that is no leaf, and removes the leaves on its way. If there was
 * one it goes on at `again`: each round is a level less.
 */
function removeBelow(out: Assembly, path: Operand, again: string): void {
  const [next, end, opened] = [out.fresh('entry'), out.fresh('entries'), out.fresh('below')];
  const open = (directory: Operand, name: Operand, result: string): Operand => {
    const flags = out.open('O_RDONLY', 'O_DIRECTORY', 'O_NOFOLLOW', 'O_CLOEXEC');
    out.call('openat', [directory, name, flags], { result, onError: false });
    return load(field(result, 0, 8), true);
  };
  out.variable('entry', ENTRY);
  out.store(out.slot('progress'), int(0));
  const none = out.fresh('no_entries');
  out.branch(open(AT_FDCWD, path, 'listed'), '<', int(0), none);
  out.label(next);
  out.call('getdents64', [value('listed'), address('entry'), int(ENTRY)], {
    result: 'answer',
    onError: false,
  });
  out.branch(load(field('answer', 0, 8), true), '<=', int(0), end);
  out.call('lseek', [value('listed'), load(field('entry', 8, 8)), int(0, 'SEEK_SET')], {
    onError: false,
  });
  out.branch(load(field('entry', 18, 1)), '!=', int(DT_DIR), next);
  out.branch(load(field('entry', 19, 2)), '==', int(DOT), next);
  out.compute(out.slot('answer'), load(field('entry', 19, 4)), '&', int(0xffffff));
  out.branch(value('answer'), '==', int(DOT_DOT), next);
  const name = address('entry', undefined, 19);
  out.branch(removeAt(out, value('listed'), name), '<', int(0), opened);
  out.store(field('progress', 0, 8), int(1));
  out.jump(next);
  out.label(opened);
  out.branch(open(value('listed'), name, 'below'), '<', int(0), next);
  out.call('close', [value('listed')], { onError: false });
  out.store(field('listed', 0, 8), value('below'));
  out.jump(next);
  out.label(end);
  out.call('close', [value('listed')], { onError: false });
  out.label(none);
  out.branch(value('progress'), '!=', int(0), again);
}

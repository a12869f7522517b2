import { CLONE } from '../linux/flags.ts';
import type { StepOf } from '../plan/plan.ts';
import { AT_FDCWD, address, field, flags, int, load, string, value } from '../program/operands.ts';
import type { Operand } from '../program/program.ts';
import { type Assembly, signed } from './assembly.ts';
import { pathWithNumbers } from './path.ts';

const cloneNames = { net: 'CLONE_NEWNET', ipc: 'CLONE_NEWIPC', uts: 'CLONE_NEWUTS' } as const;

/**
 * The supervisor joins a namespace, and what it clones has it, too: so it works for an init in a user namespace, which
 * has no right to.
 * @see setns(2)
 */
export function lowerJoin(out: Assembly, step: StepOf<'namespace.join'>): void {
  const { namespace, path, directory } = step;
  if (path !== undefined) {
    const file = out.open('O_RDONLY', 'O_CLOEXEC');
    out.call('openat', [AT_FDCWD, string(path), file], { result: 'file' });
  } else if (directory !== undefined) openOfContainer(out, directory, namespace);
  out.call('setns', [value('file'), flags(CLONE, cloneNames[namespace])]);
  out.call('close', [value('file')]);
}

/**
 * Opens a namespace of the init of another container: that is the last child of who holds the lock on its name, which
 * has a pid namespace of its own. /proc/PID of init is held open while that is looked at once more, so that no other
 * process can come to be meant.
 */
function openOfContainer(out: Assembly, directory: string, namespace: string): void {
  const lock = out.open('O_RDONLY', 'O_NOFOLLOW', 'O_CLOEXEC');
  out.call('openat', [AT_FDCWD, string(`${directory}/lock`), lock], { result: 'donor_lock' });
  findInit(out);
  out.store(out.slot('donor_before'), value('donor_init'));
  const folder = out.open('O_PATH', 'O_DIRECTORY', 'O_CLOEXEC');
  const process = pathWithNumbers(out, 'donor_process', ['/proc/', value('donor_init')]);
  out.call('openat', [AT_FDCWD, process, folder], { result: 'donor' });
  findInit(out);
  out.branch(value('donor_before'), '!=', value('donor_init'), notThere(out));
  out.call('close', [value('donor_lock')]);
  unlessOfHost(out);
  const file = out.open('O_RDONLY', 'O_CLOEXEC');
  out.call('openat', [value('donor'), string(`ns/${namespace}`), file], { result: 'file' });
  out.call('close', [value('donor')]);
}

const F_GETLK = int(5, 'F_GETLK');
const [F_WRLCK, F_UNLCK] = [1, 2];
/** Of `struct flock`. */
const [TYPE, PID] = [0, 24];
const CHILDREN = 4096;

/** Stores the number of init of the container whose lock is open. @see fcntl(2), proc_pid_task_tid_children(5) */
function findInit(out: Assembly): void {
  out.variable('donor_flock', 32);
  out.store(field('donor_flock', TYPE, 2), int(F_WRLCK));
  out.store(field('donor_flock', 8, 8), int(0));
  out.store(field('donor_flock', 16, 8), int(0));
  const text = '{l_type=F_WRLCK, l_whence=SEEK_SET, l_start=0, l_len=0}';
  out.call('fcntl', [value('donor_lock'), F_GETLK, address('donor_flock', text)]);
  out.branch(load(field('donor_flock', TYPE, 2)), '==', int(F_UNLCK), notThere(out));
  out.store(out.slot('donor_supervisor'), load(field('donor_flock', PID, 4)));
  const pid = value('donor_supervisor');
  const task = pathWithNumbers(out, 'donor_task', ['/proc/', pid, '/task/', pid, '/children']);
  out.call('openat', [AT_FDCWD, task, out.open('O_RDONLY', 'O_CLOEXEC')], { result: 'file' });
  out.variable('donor_children', CHILDREN);
  out.call('read', [value('file'), address('donor_children'), int(CHILDREN - 1)], {
    result: 'answer',
  });
  out.call('close', [value('file')]);
  lastNumber(out, 'donor_children', signed('answer'));
}

/** Stores the last decimal number of a text that has a blank behind each. */
function lastNumber(out: Assembly, text: string, length: Operand): void {
  const [next, digit, end] = [out.fresh('digit'), out.fresh('is_digit'), out.fresh('read_all')];
  const [at, stop, number, last] = [
    out.slot('text_at'),
    out.slot('text_end'),
    out.slot('number'),
    out.slot('donor_init'),
  ];
  out.store(at, address(text));
  out.compute(stop, address(text), '+', length);
  out.store(number, int(0));
  out.store(last, int(0));
  out.label(next);
  out.branch(value('text_at'), '>=', value('text_end'), end);
  out.peek(out.slot('character'), value('text_at'), 1);
  out.compute(at, value('text_at'), '+', int(1));
  out.branch(value('character'), '!=', int(0x20, "' '"), digit);
  out.store(last, value('number'));
  out.store(number, int(0));
  out.jump(next);
  out.label(digit);
  out.compute(out.slot('twice'), value('number'), '<<', int(1));
  out.compute(number, value('number'), '<<', int(3));
  out.compute(number, value('number'), '+', value('twice'));
  out.compute(number, value('number'), '+', value('character'));
  out.compute(number, value('number'), '-', int(0x30, "'0'"));
  out.jump(next);
  out.label(end);
}

const STATX_INO = int(0x100, 'STATX_INO');
/** `stx_ino` of `struct statx`. */
const INODE = 32;

/** Between two lives the last child is the guard, which has the namespaces of the host. */
function unlessOfHost(out: Assembly): void {
  const look = (folder: Operand, path: string, result: string): Operand => {
    out.variable(result, 256);
    const flag = int(0, 'AT_STATX_SYNC_AS_STAT');
    out.call('statx', [folder, string(path), flag, STATX_INO, address(result)]);
    return load(field(result, INODE, 8));
  };
  const own = look(AT_FDCWD, '/proc/self/ns/pid', 'own_pid_namespace');
  const other = look(value('donor'), 'ns/pid', 'donor_pid_namespace');
  out.branch(own, '==', other, notThere(out));
}

const ESRCH = 3;

/** Where a step gives up because the other container does not run. */
function notThere(out: Assembly): string {
  const label = `no_donor_${out.step}`;
  if (out.hasShared(label)) return label;
  const behind = out.fresh('donor_runs');
  out.jump(behind);
  out.share(label);
  out.fail(ESRCH);
  out.label(behind);
  return label;
}

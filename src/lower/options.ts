import { notRoot } from '../diagnostics/catalog/passes.ts';
import { printable } from '../diagnostics/printable.ts';
import { MOST_GRACE_SECONDS } from '../linux/end-requests.ts';
import { pack } from '../lz4.ts';
import { leftOfKilled } from '../plan/journal.ts';
import { needs } from '../plan/needs.ts';
import type { Plan } from '../plan/plan.ts';
import { printPlan } from '../plan/print.ts';
import {
  AT_FDCWD,
  address,
  field,
  int,
  load,
  NULL,
  slot,
  string,
  value,
} from '../program/operands.ts';
import { type Assembly, quads, signed, words } from './assembly.ts';
import { lowerUnpack } from './packed.ts';
import { pick } from './pick.ts';
import { POLLOUT } from './poll.ts';

/** What a program can say of itself beside its plan. */
export interface Texts {
  /** Who made it: `lxplain 0.1.0`. */
  readonly madeBy?: string;
  readonly domainXml?: string;
}

/** Whoever starts a program with arguments wants something else than to run it as it is. */
export function lookForArguments(out: Assembly): void {
  out.code.push({ kind: 'stack', to: out.slot('stack') });
  out.peek(out.slot('argument_count'), value('stack'), 8);
  out.branch(value('argument_count'), '>', int(1), 'options');
  out.label('run');
}

const names = ['--help', '--version', '--plan', '--xml', '--check'] as const;

/** The arguments of a foreground program; those that are taken lead back to `run`. */
export function lowerOptions(
  out: Assembly,
  plan: Plan,
  texts: Texts,
  messages: readonly string[],
): void {
  out.onError = 'report';
  out.code.push({ kind: 'step', step: -1, symbol: 'options' });
  out.step = -1;
  out.label('options');
  readArguments(out, plan);
  refusals(out, plan);
  tell(out, plan, texts);
  check(out, plan, messages);
  lowerNotRoot(out);
}

const EIGHT = 8;
const mask = (bytes: number): bigint => (1n << BigInt(bytes * 8)) - 1n;
const quad = (text: string): bigint => {
  const bytes = Buffer.alloc(EIGHT);
  bytes.write(text);
  return bytes.readBigInt64LE();
};

/** Goes to `equal` if the argument is this word (with its NUL), or, open at its end, begins with it. */
function ifArgument(out: Assembly, word: string, equal: string): void {
  const differs = out.fresh('other_argument');
  for (let at = 0; at < word.length; at += EIGHT) {
    const part = word.slice(at, at + EIGHT);
    const from = at === 0 ? value('argument') : value('argument_rest');
    if (at > 0) out.compute(out.slot('argument_rest'), value('argument'), '+', int(at));
    out.peek(out.slot('head'), from, 8);
    if (part.length < EIGHT) out.compute(slot('head'), value('head'), '&', int(mask(part.length)));
    out.branch(value('head'), '!=', int(quad(part)), differs);
  }
  out.jump(equal);
  out.label(differs);
}

/**
 * Nothing is done before all arguments are known to be right. What the kernel has put behind the last one may be read:
 * the environment and the name of the program.
 */
function readArguments(out: Assembly, plan: Plan): void {
  out.compute(out.slot('argument_at'), value('stack'), '+', int(8)); // the name of the program
  out.slot('chosen');
  out.startsAtZero('chosen', 'failed_needs');
  out.label('next_argument');
  out.compute(slot('argument_at'), value('argument_at'), '+', int(8));
  out.peek(out.slot('argument'), value('argument_at'), 8);
  out.branch(value('argument'), '==', NULL, 'arguments_end');
  out.branch(value('chosen'), '!=', int(0), 'refuse_argument');
  names.forEach((name, index) => {
    const next = out.fresh('next_option');
    const chosen = out.fresh('option');
    ifArgument(out, `${name}\0`, chosen);
    if (name === '--help') ifArgument(out, '-h\0', chosen);
    out.jump(next);
    out.label(chosen);
    out.store(slot('chosen'), int(index + 1));
    out.jump('next_argument');
    out.label(next);
  });
  ifArgument(out, '--grace\0', 'grace_apart');
  ifArgument(out, '--grace=', 'grace_inside');
  ifArgument(out, '--\0', 'init_arguments');
  out.jump('refuse_argument');
  readGrace(out);
  out.label('init_arguments');
  const exec = plan.steps.find((step) => step.op === 'exec');
  out.poke(value('argument_at'), string(exec?.op === 'exec' ? (exec.argv[0] ?? '') : ''), 8);
  out.store(out.slot('init_argv'), value('argument_at'));
  out.jump('run');
  out.label('arguments_end');
  names.forEach((name, index) => {
    out.branch(value('chosen'), '==', int(index + 1), `option${name}`);
  });
  out.jump('run');
}

const DIGITS = 5;

function readGrace(out: Assembly): void {
  const digit = out.slot('head');
  const seconds = out.slot('seconds');
  out.label('grace_inside');
  out.compute(slot('argument'), value('argument'), '+', int('--grace='.length));
  out.jump('grace');
  out.label('grace_apart');
  out.compute(slot('argument_at'), value('argument_at'), '+', int(8));
  out.peek(slot('argument'), value('argument_at'), 8);
  out.branch(value('argument'), '==', NULL, 'refuse_no_grace');
  out.label('grace');
  out.store(seconds, int(0));
  out.store(out.slot('digits_left'), int(DIGITS));
  out.store(out.slot('digit_at'), value('argument'));
  out.label('grace_digit');
  out.peek(digit, value('digit_at'), 1);
  out.branch(value('head'), '==', int(0), 'grace_known');
  out.compute(digit, value('head'), '-', int('0'.charCodeAt(0)));
  out.branch(signed('head'), '<', int(0), 'refuse_grace');
  out.branch(signed('head'), '>', int(9), 'refuse_grace');
  out.branch(value('digits_left'), '==', int(0), 'refuse_grace');
  out.compute(slot('digits_left'), value('digits_left'), '-', int(1));
  out.compute(out.slot('twice'), value('seconds'), '<<', int(1));
  out.compute(seconds, value('seconds'), '<<', int(3));
  out.compute(seconds, value('seconds'), '+', value('twice'));
  out.compute(seconds, value('seconds'), '+', value('head'));
  out.compute(slot('digit_at'), value('digit_at'), '+', int(1));
  out.jump('grace_digit');
  out.label('grace_known');
  out.branch(value('digits_left'), '==', int(DIGITS), 'refuse_grace');
  out.branch(value('seconds'), '>', int(MOST_GRACE_SECONDS), 'refuse_grace');
  out.store(field('grace', 16, 8), value('seconds'));
  out.jump('next_argument');
}

/** A text as the element of `report` at this place. */
function piece(out: Assembly, at: number, text: string): void {
  out.store(field('report', at, 8), string(text));
  out.store(field('report', at + 8, 8), int(Buffer.byteLength(text)));
}

const writeReport = (out: Assembly, pieces: number): void =>
  out.call('writev', [int(2), address('report'), int(pieces)], { onError: false });

const exit = (out: Assembly, status: number): void =>
  out.call('exit_group', [int(status)], { onError: false });

/** As any command says it; what of the argument a terminal would obey becomes `?`. */
function refusals(out: Assembly, plan: Plan): void {
  const usage = `\n'${printable(plan.name)} --help' says how it is used\n`;
  out.label('refuse_no_grace');
  out.store(slot('argument'), string(''));
  out.label('refuse_grace');
  piece(out, 0, `error: '--grace': expected seconds from 0 to ${MOST_GRACE_SECONDS} instead of '`);
  out.jump('refuse');
  out.label('refuse_argument');
  piece(out, 0, "error: unexpected argument '");
  out.label('refuse');
  out.store(field('report', 16, 8), value('argument'));
  out.store(field('report', 24, 8), int(0));
  out.label('refuse_byte');
  out.peek(slot('head'), value('argument'), 1);
  out.branch(value('head'), '==', int(0), 'refuse_end');
  out.branch(value('head'), '==', int(0x7f), 'refuse_control');
  out.branch(value('head'), '>=', int(0x20), 'refuse_next');
  out.label('refuse_control');
  out.poke(value('argument'), int('?'.charCodeAt(0)), 1);
  out.label('refuse_next');
  out.compute(slot('argument'), value('argument'), '+', int(1));
  out.compute(field('report', 24, 8), load(field('report', 24, 8)), '+', int(1));
  out.jump('refuse_byte');
  out.label('refuse_end');
  piece(out, 32, `'${usage}`);
  writeReport(out, 3);
  exit(out, 2);
}

const helpOf = (plan: Plan, madeBy: string): string => {
  const name = printable(plan.name);
  const init = plan.steps.find((step) => step.op === 'exec');
  const relay = plan.steps.find((step) => step.op === 'console.relay');
  const grace = relay?.op === 'console.relay' ? relay.graceSeconds : 0;
  return `${name}: a container as a program, compiled by ${madeBy}

Usage: ${name} [--grace SECONDS] [-- ARGUMENT...]
       ${name} --help | --version | --plan | --xml | --check

Starts the container '${name}' in ${plan.steps.length} steps, with ${printable(init?.op === 'exec' ? init.path : '')} as its init, relays its console and
ends as init ends. It needs root, and nothing but the kernel.

  --plan             what is done, step by step
  --xml              the domain that it was compiled from
  --check            whether this machine has what the steps need
  --grace SECONDS    how long init has to end after SIGTERM (${grace})
  -- ARGUMENT...     init's arguments, instead of the domain's
  -h, --help         this text
  --version          what has compiled it

SIGTERM asks init to end, and kills it when the time is over, if it cannot be
asked, or at a second one. SIGINT, SIGHUP and SIGQUIT kill it.

The exit status is that of init, or 128 and the number of the signal that ended
it; 1 if the start failed, 2 for a wrong argument.
`;
};

/** Prints one of the texts, unpacked, to standard output. */
function tell(out: Assembly, plan: Plan, { madeBy = 'lxplain', domainXml = '' }: Texts): void {
  const texts = {
    '--help': helpOf(plan, madeBy),
    '--version': `${printable(plan.name)} (${madeBy})\n`,
    '--plan': printPlan(plan),
    '--xml': domainXml,
  };
  const sizes = Object.values(texts).map((text) => Buffer.byteLength(text));
  out.variable('text', Math.max(...sizes));
  out.slot('packed_at');
  out.slot('packed_end');
  if (domainXml === '') {
    out.label('option--xml');
    piece(
      out,
      0,
      `error: '${printable(plan.name)}' was compiled from a plan, which has no domain\n`,
    );
    writeReport(out, 1);
    exit(out, 1);
  }
  for (const [name, text] of Object.entries(texts)) {
    if (text === '') continue;
    const bytes = pack(Buffer.from(text));
    const constant = `text${name}`;
    out.define({ kind: 'constant', name: constant, bytes });
    out.label(`option${name}`);
    out.store(slot('packed_at'), address(constant));
    out.store(slot('packed_end'), address(constant, undefined, bytes.length));
    out.jump('tell');
  }
  out.label('tell');
  lowerUnpack(out, 'unpacked');
  out.label('unpacked');
  const at = out.slot('text_at');
  out.store(at, address('text'));
  out.label('tell_more');
  out.compute(out.slot('text_left'), value('text_end'), '-', value('text_at'));
  out.branch(value('text_left'), '==', int(0), 'told_all');
  out.call('write', [int(1), value('text_at'), value('text_left')], {
    result: 'answer',
    tolerates: ['EAGAIN', 'EINTR'],
    onError: 'untold',
  });
  out.branch(signed('answer'), '<', int(0), 'tell_waits');
  out.compute(at, value('text_at'), '+', value('answer'));
  out.jump('tell_more');
  out.label('tell_waits');
  out.variable('reader', 8, words([4, 1], [2, POLLOUT], [2, 0]));
  out.call('ppoll', [address('reader'), int(1), NULL, NULL, int(8)], { onError: false });
  out.jump('tell_more');
  out.label('told_all');
  exit(out, 0);
  out.label('untold');
  piece(out, 0, 'error: cannot write to standard output\n');
  writeReport(out, 1);
  exit(out, 1);
}

const [EPERM, ENOENT, ENOTDIR, ENOSYS] = [1, 2, 20, 38];
const RESOLVE_IN_ROOT_NO_MAGICLINKS = 0x12;
const O_PATH_CLOEXEC = 0o12000000;

/** Looks whether this machine has what the steps need, and says all that it has not. */
function check(out: Assembly, plan: Plan, messages: readonly string[]): void {
  const { root, needs: needed } = needs(plan);
  const lock = plan.steps.find((step) => step.op === 'state.lock');
  const runs = 'a container of this name runs';
  const problems = ['', `error: ${printable(plan.name)}: the kernel is older than 5.12\n`];
  const problem = (text: string): number => {
    const line = `${printable(text)}\n`;
    const known = problems.indexOf(line);
    return known < 0 ? problems.push(line) - 1 : known;
  };
  const numbers = needed.map(({ missing }) => problem(missing));
  const running = problem(runs);
  const table = (name: string, list: readonly number[]) =>
    out.define({ kind: 'constant', name, bytes: quads(list) });
  table(
    'need_steps',
    needed.map(({ step }) => step),
  );
  table(
    'need_roots',
    needed.map(({ isInRoot }) => (isInRoot ? 1 : 0)),
  );
  table('need_problems', numbers);
  out.define({
    kind: 'pointers',
    name: 'need_paths',
    targets: [...needed.map(({ path }) => string(path)), null],
  });
  const how = out.constant(
    'resolve_need',
    words([8, O_PATH_CLOEXEC], [8, 0], [8, RESOLVE_IN_ROOT_NO_MAGICLINKS]),
    '{flags=O_RDONLY|O_CLOEXEC|O_PATH, resolve=RESOLVE_NO_MAGICLINKS|RESOLVE_IN_ROOT}',
  );
  const path = out.open('O_RDONLY', 'O_CLOEXEC', 'O_PATH');
  for (const name of ['failed_needs', 'problem', 'need_step', 'need_at', 'need_path', 'need_root'])
    out.slot(name);
  const tellProblem = (): void => {
    pick(out, 'messages', messages, value('need_step'), 0);
    pick(out, 'problems', problems, value('problem'), 16);
    writeReport(out, 2);
    out.store(slot('failed_needs'), int(1));
  };

  out.label('option--check');
  out.call('geteuid', [], { result: 'answer', onError: false });
  out.branch(value('answer'), '==', int(0), 'check_kernel');
  tellNotRoot(out);
  out.store(slot('failed_needs'), int(1));
  out.label('check_kernel');
  out.call('mount_setattr', [int(-1), string(''), int(0), NULL, int(0)], {
    result: 'answer',
    onError: false,
  });
  out.branch(signed('answer'), '!=', int(-ENOSYS), 'check_name');
  out.store(slot('need_step'), int(0));
  out.store(slot('problem'), int(1));
  tellProblem();
  out.label('check_name');
  if (lock?.op === 'state.lock') {
    const flags = out.open('O_RDONLY', 'O_NONBLOCK', 'O_NOFOLLOW', 'O_CLOEXEC');
    out.call('openat', [AT_FDCWD, string(`${lock.directory}/lock`), flags], {
      result: 'file',
      onError: false,
    });
    out.branch(signed('file'), '<', int(0), 'check_needs');
    const F_WRLCK = 1;
    out.variable('lock_seen', 32, words([2, F_WRLCK], [2, 0], [4, 0], [8, 0], [8, 0], [8, 0]));
    out.call('fcntl', [value('file'), int(5, 'F_GETLK'), address('lock_seen')], { onError: false });
    out.call('close', [value('file')], { onError: false });
    out.branch(load(field('lock_seen', 0, 2)), '!=', int(F_WRLCK), 'check_left');
    out.branch(load(field('lock_seen', 24, 4)), '==', int(0), 'check_needs'); // nobody was asked
    out.store(slot('need_step'), int(lock.id));
    out.store(slot('problem'), int(running));
    tellProblem();
    out.jump('check_needs');
    out.label('check_left'); // there is a lock, and nobody holds it
    piece(out, 0, `${leftOfKilled(plan.name)}\n`);
    writeReport(out, 1);
  }
  out.label('check_needs');
  out.call('openat', [AT_FDCWD, string(root), path], { result: 'need_root', onError: false });
  out.store(slot('need_at'), int(-1));
  out.label('check_next');
  out.compute(slot('need_at'), value('need_at'), '+', int(1));
  out.lookup(slot('need_path'), 'need_paths', value('need_at'));
  out.branch(value('need_path'), '==', NULL, 'check_end');
  out.lookup(slot('problem'), 'need_roots', value('need_at'));
  out.branch(value('problem'), '!=', int(0), 'check_in_root');
  out.call('openat', [AT_FDCWD, value('need_path'), path], { result: 'file', onError: false });
  out.jump('check_found');
  out.label('check_in_root');
  out.branch(signed('need_root'), '<', int(0), 'check_next'); // that it is missing is told already
  out.call('openat2', [value('need_root'), value('need_path'), how, int(24)], {
    result: 'file',
    onError: false,
  });
  out.label('check_found');
  const missing = out.fresh('check_missing');
  for (const errno of [ENOENT, ENOTDIR]) out.branch(signed('file'), '==', int(-errno), missing);
  out.branch(signed('file'), '<', int(0), 'check_next'); // whether it is there cannot be said
  out.call('close', [value('file')], { onError: false });
  out.jump('check_next');
  out.label(missing);
  out.lookup(slot('need_step'), 'need_steps', value('need_at'));
  out.lookup(slot('problem'), 'need_problems', value('need_at'));
  tellProblem();
  out.jump('check_next');
  out.label('check_end');
  out.branch(value('failed_needs'), '!=', int(0), 'check_failed');
  piece(
    out,
    0,
    `${printable(plan.name)}: this machine has what its ${plan.steps.length} steps need\n`,
  );
  out.call('writev', [int(1), address('report'), int(1)], { onError: false });
  out.label('check_failed');
  out.call('exit_group', [value('failed_needs')], { onError: false });
}

/** The first thing that a start does needs root: whoever is not is told so in the words of `create`. */
export const NOT_ROOT = 'not_root';

function lowerNotRoot(out: Assembly): void {
  out.label(NOT_ROOT);
  out.branch(value('failed_errno'), '!=', int(EPERM), 'report');
  out.call('geteuid', [], { result: 'answer', onError: false });
  out.branch(value('answer'), '==', int(0), 'report');
  tellNotRoot(out);
  exit(out, 1);
}

/** The user is the number in `answer`. */
function tellNotRoot(out: Assembly): void {
  const { message, code } = notRoot(USER);
  const [before = '', behind = ''] = message.split(String(USER));
  const width = 10;
  const [digit, number] = [out.fresh('user_digit'), out.fresh('user')];
  out.variable('user_digits', 16);
  out.decimal(value('answer'), 'user_digits', 0, width, '\0');
  piece(out, 0, `error: ${before}`);
  const start = field('report', 16, 8);
  out.store(start, address('user_digits'));
  out.label(digit);
  out.peek(out.slot('head'), load(start), 1);
  out.branch(value('head'), '!=', int(0), number);
  out.compute(start, load(start), '+', int(1));
  out.jump(digit);
  out.label(number);
  out.compute(field('report', 24, 8), address('user_digits', undefined, width), '-', load(start));
  piece(out, 32, `${behind} [${code}]\n`);
  writeReport(out, 3);
}

/** Stands in the words for whoever it is. */
const USER = 1234567;

import { CLONE } from '../linux/flags.ts';
import type { StepOf } from '../plan/plan.ts';
import { AT_FDCWD, address, field, int, load, NULL, string, value } from '../program/operands.ts';
import type { Operand } from '../program/program.ts';
import { type Assembly, words } from './assembly.ts';
import { pathWithNumbers } from './path.ts';

const SIGCHLD = 17;

/**
 * A user namespace is one only of a process: one is cloned, gets the maps, and is killed when the namespace is held by a
 * descriptor. It is nobody's but the kernel's: it ends with the supervisor, or by itself.
 * @see mount_setattr(2), "ID-mapped mounts"; user_namespaces(7)
 */
export function lowerIdmapHold(out: Assembly, step: StepOf<'idmap.hold'>): void {
  const [holder, cloned] = [out.fresh('holder'), out.fresh('holder_cloned')];
  out.variable('holder_word', 8);
  out.define({
    kind: 'variable',
    name: 'holder_args',
    size: 88,
    initial: words(
      [8, CLONE.CLONE_VM | CLONE.CLONE_PIDFD | CLONE.CLONE_NEWUSER],
      [8, 0],
      [8, 0],
      [8, 0],
      [8, SIGCHLD],
    ),
    pointers: [{ offset: 8, target: address('holder_word') }],
  });
  const text =
    '{flags=CLONE_VM|CLONE_PIDFD|CLONE_NEWUSER, pidfd=&holder_word, exit_signal=SIGCHLD, stack=NULL, stack_size=0}';
  out.call('clone3', [address('holder_args', text), int(88)], {
    result: 'holder_pid',
    child: holder,
  });
  out.jump(cloned);
  out.label(holder);
  out.call('prctl', [int(1, 'PR_SET_PDEATHSIG'), int(9, 'SIGKILL')], { onError: false });
  const while_ = out.constant('ten_s', words([8, 10], [8, 0]), '{tv_sec=10, tv_nsec=0}');
  out.call('ppoll', [NULL, int(0), while_, NULL, int(0)], { onError: false });
  out.call('exit_group', [int(0)], { onError: false });
  out.label(cloned);
  for (const map of ['uid', 'gid'] as const) {
    const path = pathOfHolder(out, `${map}_map`);
    out.call('openat', [AT_FDCWD, path, out.open('O_WRONLY', 'O_CLOEXEC')], { result: 'file' });
    const lines = `${step[map].join('\n')}\n`;
    out.call('write', [value('file'), string(lines), int(Buffer.byteLength(lines))]);
    out.call('close', [value('file')]);
  }
  out.call('openat', [AT_FDCWD, pathOfHolder(out, 'ns/user'), out.open('O_RDONLY', 'O_CLOEXEC')], {
    result: 'ids',
  });
  out.store(out.slot('holder'), load(field('holder_word', 0, 4)));
  out.call('pidfd_send_signal', [value('holder'), int(9, 'SIGKILL'), NULL, int(0)]);
  out.call('wait4', [value('holder_pid'), NULL, int(0), NULL]);
  out.call('close', [value('holder')]);
}

const pathOfHolder = (out: Assembly, file: string): Operand =>
  pathWithNumbers(out, `holder_${file.replace('/', '_')}`, [
    '/proc/',
    value('holder_pid'),
    `/${file}`,
  ]);

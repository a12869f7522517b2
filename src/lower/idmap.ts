import { CLONE } from '../linux/flags.ts';
import type { StepOf } from '../plan/plan.ts';
import { AT_FDCWD, address, field, int, load, NULL, value } from '../program/operands.ts';
import type { Operand } from '../program/program.ts';
import { type Assembly, words } from './assembly.ts';
import { writeFile, writeText } from './file.ts';
import { pathWithNumbers } from './path.ts';
import { cloneArguments, pathOfInit } from './process.ts';

export const lowerIdmapWrite = (out: Assembly, { map, lines }: StepOf<'idmap.write'>): void =>
  writeMap(out, pathOfInit(out, `${map}_map`), lines);

/** All lines at once: the kernel takes a map only as a whole. @see user_namespaces(7) */
const writeMap = (out: Assembly, path: Operand, lines: readonly string[]): void =>
  writeFile(out, path, () => writeText(out, 'file', `${lines.join('\n')}\n`));

/**
 * A user namespace is one only of a process: one is cloned, gets the maps, and is killed when the namespace is held by a
 * descriptor. It is nobody's but the kernel's: it ends with the supervisor, or by itself.
 * @see mount_setattr(2), "ID-mapped mounts"; user_namespaces(7)
 */
export function lowerIdmapHold(out: Assembly, step: StepOf<'idmap.hold'>): void {
  const [holder, cloned] = [out.fresh('holder'), out.fresh('holder_cloned')];
  out.variable('holder_word', 8);
  const set = CLONE.CLONE_VM | CLONE.CLONE_PIDFD | CLONE.CLONE_NEWUSER;
  cloneArguments(out, 'holder_args', set, [{ offset: 8, target: address('holder_word') }]);
  const text =
    '{flags=CLONE_VM|CLONE_PIDFD|CLONE_NEWUSER, pidfd=&holder_word, exit_signal=SIGCHLD, stack=NULL, stack_size=0}';
  out.call('clone3', [address('holder_args', text), int(88)], {
    result: 'holder_pid',
    child: holder,
  });
  out.jump(cloned);
  out.label(holder);
  out.call('prctl', [int(1, 'PR_SET_PDEATHSIG'), int(9, 'SIGKILL')], { onError: false });
  const meanwhile = out.constant('ten_s', words([8, 10], [8, 0]), '{tv_sec=10, tv_nsec=0}');
  out.call('ppoll', [NULL, int(0), meanwhile, NULL, int(0)], { onError: false });
  out.call('exit_group', [int(0)], { onError: false });
  out.label(cloned);
  for (const map of ['uid', 'gid'] as const)
    writeMap(out, pathOfHolder(out, `${map}_map`), step[map]);
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

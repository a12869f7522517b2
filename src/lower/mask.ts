import { AT, MOVE_MOUNT, OPEN_TREE } from '../linux/flags.ts';
import { type MaskOps, maskOf } from '../plan/ops/mask.ts';
import type { StepOf } from '../plan/plan.ts';
import { AT_FDCWD, flags, int, string, value } from '../program/operands.ts';
import { type Assembly, signed } from './assembly.ts';
import { mountAttr, newMount } from './capture.ts';
import type { Lowerings } from './lowering.ts';

export const maskLowerings: Lowerings<MaskOps> = {
  'mask.open': lowerOpen,
  'mask.attach': lowerAttach,
};

function lowerOpen(out: Assembly, { files, directories }: StepOf<'mask.open'>): void {
  files.forEach((_, index) => {
    out.call(
      'open_tree',
      [AT_FDCWD, string('/dev/null'), flags(OPEN_TREE, 'OPEN_TREE_CLONE', 'OPEN_TREE_CLOEXEC')],
      { result: maskOf(index) },
    );
  });
  directories.forEach((_, index) => {
    const handle = maskOf(files.length + index);
    newMount(out, handle, 'tmpfs', { source: 'tmpfs', mode: '555' }, [
      'ro',
      'nosuid',
      'nodev',
      'noexec',
    ]);
  });
}

/** They lie in what the kernel shows: no link of the root file system is on the way but one to /proc or /sys themselves. */
function lowerAttach(
  out: Assembly,
  { files, directories, settings, tolerates = [] }: StepOf<'mask.attach'>,
): void {
  for (const [index, path] of [...files, ...directories].entries()) {
    const from = flags(MOVE_MOUNT, 'MOVE_MOUNT_F_EMPTY_PATH');
    out.call('move_mount', [value(maskOf(index)), string(''), AT_FDCWD, string(path), from], {
      tolerates,
    });
    out.call('close', [value(maskOf(index))]);
  }
  for (const path of settings) {
    const gone = out.fresh('no_setting');
    const clone = flags(OPEN_TREE, 'OPEN_TREE_CLONE', 'OPEN_TREE_CLOEXEC');
    out.call('open_tree', [AT_FDCWD, string(path), clone], { result: 'setting', tolerates });
    out.branch(signed('setting'), '<', int(0), gone);
    const empty = flags(AT, 'AT_EMPTY_PATH');
    const readOnly = mountAttr(out, true, false);
    out.call('mount_setattr', [value('setting'), string(''), empty, readOnly, int(32)]);
    const from = flags(MOVE_MOUNT, 'MOVE_MOUNT_F_EMPTY_PATH');
    out.call('move_mount', [value('setting'), string(''), AT_FDCWD, string(path), from]);
    out.call('close', [value('setting')]);
    out.label(gone);
  }
}

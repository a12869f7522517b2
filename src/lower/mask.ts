import { type MaskOps, maskOf } from '../plan/ops/mask.ts';
import type { StepOf } from '../plan/plan.ts';
import { int, value } from '../program/operands.ts';
import { type Assembly, signed } from './assembly.ts';
import { changeMount, mountAttr, newMount } from './capture.ts';
import type { Lowerings } from './lowering.ts';
import { attachAt, cloneAt } from './path.ts';

export const maskLowerings: Lowerings<MaskOps> = {
  'mask.open': lowerOpen,
  'mask.attach': lowerAttach,
};

function lowerOpen(out: Assembly, { files, directories }: StepOf<'mask.open'>): void {
  files.forEach((_, index) => {
    cloneAt(out, '/dev/null', maskOf(index));
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
    attachAt(out, maskOf(index), path, { tolerates });
    out.call('close', [value(maskOf(index))]);
  }
  for (const path of settings) {
    const gone = out.fresh('no_setting');
    cloneAt(out, path, 'setting', false, { tolerates });
    out.branch(signed('setting'), '<', int(0), gone);
    changeMount(out, 'setting', mountAttr(out, true, false));
    attachAt(out, 'setting', path);
    out.call('close', [value('setting')]);
    out.label(gone);
  }
}

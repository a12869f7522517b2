import { SHORTEST_MATCH } from '../lz4.ts';
import { address, field, int, slot, value } from '../program/operands.ts';
import type { Operand } from '../program/program.ts';
import type { Assembly } from './assembly.ts';

/**
 * Unpacks the block from the address in `packed_at` up to that in `packed_end` into `text`, and leaves the address behind
 * the last byte in `text_end`. Goes on at `done`.
 */
export function lowerUnpack(out: Assembly, done: string): void {
  const next = (): Operand => {
    out.peek(slot('byte'), value('packed_at'), 1);
    out.compute(slot('packed_at'), value('packed_at'), '+', int(1));
    return value('byte');
  };
  for (const name of ['byte', 'token', 'run', 'from', 'packed_at', 'packed_end', 'text_end'])
    out.slot(name);
  const length = (bits: Operand) => {
    const [more, whole] = [out.fresh('length'), out.fresh('length_known')];
    out.compute(slot('run'), bits, '&', int(15));
    out.branch(value('run'), '!=', int(15), whole);
    out.label(more);
    out.compute(slot('run'), value('run'), '+', next());
    out.branch(value('byte'), '==', int(255), more);
    out.label(whole);
  };
  const copy = () => {
    const [again, copied] = [out.fresh('copy'), out.fresh('copied')];
    out.label(again);
    out.branch(value('run'), '==', int(0), copied);
    out.peek(slot('byte'), value('from'), 1);
    out.poke(value('text_end'), value('byte'), 1);
    out.compute(slot('from'), value('from'), '+', int(1));
    out.compute(slot('text_end'), value('text_end'), '+', int(1));
    out.compute(slot('run'), value('run'), '-', int(1));
    out.jump(again);
    out.label(copied);
  };
  out.store(field('text_end', 0, 8), address('text'));
  out.label('unpack');
  next();
  out.store(slot('token'), value('byte'));
  out.compute(slot('byte'), value('token'), '>>', int(4));
  length(value('byte'));
  out.store(slot('from'), value('packed_at'));
  copy();
  out.store(slot('packed_at'), value('from'));
  out.branch(value('packed_at'), '>=', value('packed_end'), done);
  next();
  out.compute(slot('from'), value('text_end'), '-', value('byte'));
  next();
  out.compute(slot('byte'), value('byte'), '<<', int(8));
  out.compute(slot('from'), value('from'), '-', value('byte'));
  length(value('token'));
  out.compute(slot('run'), value('run'), '+', int(SHORTEST_MATCH));
  copy();
  out.jump('unpack');
}

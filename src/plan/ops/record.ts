import type { Undoing } from '../journal.ts';
import type { Op, OperationOf, StepOf } from '../plan.ts';
import type { Whole } from './checks.ts';
import type { Place } from './places.ts';
import type { Base } from './values.ts';

/**
 * All that there is to say of one operation but its system calls, which `src/lower` has. Whatever is left out is not so: it
 * opens nothing, tolerates nothing, and can be there any number of times.
 */
export interface OpRecord<O extends Op> {
  /** When it is taken, and by which process, which may depend on its `base`. Nowhere else is it sound. */
  readonly place: Place | Readonly<Record<Base, Place>>;
  /** It belongs to the name of the container, once; without this to each of its lives. */
  readonly per?: 'name';
  /** What it does, and why a start needs it: a sentence each, for `explain`. */
  readonly what: string;
  readonly why: string;
  /** What it is done to, as it is printed behind the operation. */
  readonly object?: (step: OperationOf<O>) => string;
  /** What tells it from others of its operation, whatever is done to that: part of the step's key. */
  readonly key?: (step: OperationOf<O>) => string;
  /** The descriptors that it opens for later steps. */
  readonly opens?: (step: OperationOf<O>) => readonly string[];
  /** Of these, those that lead nowhere: they may be open in init when its root becomes that of the container. */
  readonly leadsNowhere?: (step: OperationOf<O>) => readonly string[];
  /** What closes them in the supervisor, if it is not `capture.close`. */
  readonly closedBy?: Op;
  /** The descriptors that it needs. */
  readonly uses?: (step: OperationOf<O>) => readonly string[];
  /** The operation that takes its effect back, which outlives the processes. */
  readonly undo?: Op;
  /** Of an operation of the release: what the journal says of it, for `clean`. */
  readonly journal?: (step: OperationOf<O>) => Undoing;
  /** The errors that it may skip. */
  readonly tolerates?: readonly string[];
  /** How often a plan has it. */
  readonly times?: Times;
  /** Which operations of its phase come earlier, and what would be wrong otherwise. */
  readonly after?: Neighbours;
  /** Which come later; `init` is all that init does but for what `after` names. */
  readonly before?: Neighbours & { readonly init?: string };
  /** What is wrong with its members that no schema can say. */
  readonly check?: (step: StepOf<O>, whole: Whole) => readonly string[];
}

/** Operations, and what would be wrong in the other order. */
export type Neighbours = Readonly<Partial<Record<Op, string>>>;

/** `staged` and `released` are what `../conditions.ts` says. */
export type Times =
  | 'once'
  | 'once if staged'
  | 'twice if staged'
  | 'once if not staged'
  | 'once if released'
  | 'at most once';

/** The records of a family of operations. */
export type Records<Family> = { readonly [O in keyof Family & Op]: OpRecord<O> };

/** The members of an operation that has none. */
export type Nothing = Readonly<Record<never, never>>;

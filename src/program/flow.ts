import type { Instruction, Program, Syscall } from './program.ts';

/** What is known at a place of a program, whatever way led there. */
export interface Analysis<State> {
  /** Where the program starts. */
  readonly start: State;
  readonly copy: (state: State) => State;
  /** Takes into `into` what is known on another way to the same place. Whether that has changed it. */
  readonly meet: (into: State, other: State) => boolean;
  /** What an instruction does, where control goes on behind it. */
  readonly after: (state: State, instruction: Instruction, index: number) => void;
  /** What is known where control goes to a label instead; the state is the one before the instruction. */
  readonly away?: (state: State, instruction: Instruction, way: Way) => void;
  /** States of different cases are not taken together. */
  readonly caseOf?: (state: State) => string;
  /** Whether control can go that way at all, by what is known: `on` is behind the instruction. */
  readonly can?: (state: State, instruction: Instruction, way: Way | 'on') => boolean;
}

export type Way = 'error' | 'child' | 'taken';

/** The labels that control can go to from an instruction, beside the one that follows. */
export function ways(instruction: Instruction): readonly (readonly [Way, string])[] {
  switch (instruction.kind) {
    case 'jump':
    case 'branch':
      return [['taken', instruction.to]];
    case 'syscall': {
      const { onError, child } = instruction;
      return [
        ...(onError === undefined ? [] : [['error', onError] as const]),
        ...(child === undefined ? [] : [['child', child] as const]),
      ];
    }
    default:
      return [];
  }
}

const endsProcess = ({ name }: Syscall): boolean => name === 'exit_group';

/** Whether control never gets behind an instruction. */
export const endsFlow = (instruction: Instruction): boolean =>
  instruction.kind === 'jump' || (instruction.kind === 'syscall' && endsProcess(instruction));

/**
 * Follows all ways through a program until nothing more is learned, and calls `visit` once for every instruction that is
 * reached, with what is known before it.
 */
export function follow<State>(
  { entry, code }: Program,
  analysis: Analysis<State>,
  visit: (state: State, instruction: Instruction, index: number) => void,
): void {
  const places = labelPlaces(code);
  const known = new Map<string, { readonly index: number; readonly state: State }>();
  const open = new Set<string>();
  const reach = (index: number | undefined, state: State): void => {
    if (index === undefined) return; // a label that is not there is told by another rule
    const key = `${index} ${analysis.caseOf?.(state) ?? ''}`;
    const there = known.get(key);
    if (there === undefined) known.set(key, { index, state: analysis.copy(state) });
    if (there === undefined || analysis.meet(there.state, state)) open.add(key);
  };
  const walk = (key: string, each: typeof visit, leave: typeof reach): void => {
    const { index: from, state: first } = known.get(key)!;
    const state = analysis.copy(first);
    const can = (instruction: Instruction, way: Way | 'on') =>
      analysis.can?.(state, instruction, way) ?? true;
    for (let index = from; index < code.length; index++) {
      const instruction = code[index]!;
      if (instruction.kind === 'label' && index !== from) return leave(index, state);
      each(state, instruction, index);
      for (const [way, label] of ways(instruction)) {
        if (!can(instruction, way)) continue;
        const gone = analysis.copy(state);
        analysis.away?.(gone, instruction, way);
        leave(places.get(label), gone);
      }
      if (endsFlow(instruction) || !can(instruction, 'on')) return;
      analysis.after(state, instruction, index);
    }
  };
  reach(places.get(entry), analysis.start);
  for (const key of open) {
    open.delete(key);
    walk(key, () => {}, reach);
  }
  for (const key of known.keys()) walk(key, visit, () => {});
}

/** The index of each label. */
export const labelPlaces = (code: readonly Instruction[]): ReadonlyMap<string, number> =>
  new Map(code.flatMap((each, index) => (each.kind === 'label' ? [[each.name, index]] : [])));

import { type Plan, type PlanStep, phases } from './plan.ts';

/** Some steps of a plan, and by what they were chosen. */
export type Selection =
  | { readonly by: 'number'; readonly steps: readonly PlanStep[] }
  /** An operation, a family of them (`cgroup`), or a phase. */
  | {
      readonly by: 'op' | 'family' | 'phase';
      readonly name: string;
      readonly steps: readonly PlanStep[];
    }
  /** A line of the source. */
  | { readonly by: 'line'; readonly line: number; readonly steps: readonly PlanStep[] };

/**
 * The steps that a text names: `31`, `5-9`, `cgroup.create`, `cgroup`, `prepare`, a key (`mount.attach /dev`), `:14` or `vm1.xml:14`. The steps of a
 * line may be none; undefined if the text names nothing that the plan could have. `file` is where `:14` is looked for.
 */
export function select({ steps }: Plan, text: string, file: string): Selection | undefined {
  const [, first, last] = /^(\d{1,9})(?:-(\d{1,9}))?$/.exec(text) ?? [];
  if (first !== undefined) {
    const [from, to] = [Number(first), Number(last ?? first)];
    const inside = from >= 1 && from <= to && to <= steps.length;
    return inside ? { by: 'number', steps: steps.slice(from - 1, to) } : undefined;
  }
  const [, of = '', line] = /^(.*):(\d{1,9})$/.exec(text) ?? [];
  if (line !== undefined) {
    const isThere = fileTest(steps, of, file);
    return {
      by: 'line',
      line: Number(line),
      steps: steps.filter(
        ({ origin }) => !('rule' in origin) && origin.line === Number(line) && isThere(origin.file),
      ),
    };
  }
  const keyed = steps.filter(({ key }) => key === text);
  if (keyed.length > 0 && text.includes(' ')) return { by: 'number', steps: keyed };
  const named = (by: 'op' | 'family' | 'phase', matches: (step: PlanStep) => boolean) => {
    const found = steps.filter(matches);
    return found.length === 0 ? undefined : { by, name: text, steps: found };
  };
  if ((phases as readonly string[]).includes(text)) {
    // The phase 'exec' and its only operation are the same.
    return named('op', ({ op }) => op === text) ?? named('phase', ({ phase }) => phase === text);
  }
  return (
    named('op', ({ op }) => op === text) ?? named('family', ({ op }) => op.startsWith(`${text}.`))
  );
}

/** Which files are meant: the one of the name, else that of the domain, else any. */
function fileTest(steps: readonly PlanStep[], name: string, file: string) {
  if (name !== '') return (each: string) => each === name || each.endsWith(`/${name}`);
  const isSource = steps.some(({ origin }) => !('rule' in origin) && origin.file === file);
  return (each: string) => !isSource || each === file;
}

/** The lines of the source that steps come from. */
export const linesWithSteps = ({ steps }: Plan): readonly number[] =>
  [...new Set(steps.flatMap(({ origin }) => ('rule' in origin ? [] : [origin.line])))].sort(
    (a, b) => a - b,
  );

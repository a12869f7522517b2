import type { HostFacts } from '../src/facts/facts.ts';
import { FLOOR, floorProgram, LXPLAIN, lxplainProgram } from './contestants.ts';
import { type Contestant, sleep } from './rounds.ts';
import { type Command, kill, now, start, wait } from './spawn.ts';
import { awaitInit, initOf } from './weight.ts';
import type { Work } from './work.ts';

const COUNT = 100;

/** Many containers at once: from the first start until all the inits run. Ending them is not measured. */
export function many(of: Work, facts: HostFacts): readonly Contestant[] {
  const contestant = (name: string, command: (index: number) => Command): Contestant => {
    let commands: readonly Command[] | undefined;
    return {
      name,
      run: () => {
        commands ??= Array.from({ length: COUNT }, (_, index) => command(index));
        const from = now();
        const pids = commands.map(start);
        const inits = new Map<number, number>();
        try {
          for (let left = pids; left.length > 0; left = left.filter((pid) => !inits.has(pid))) {
            if (now() - from > 10_000) throw new Error('not all of them started');
            for (const pid of left) {
              const init = initOf(pid);
              if (init !== undefined) inits.set(pid, init);
            }
            if (inits.size < COUNT) sleep(0.5);
          }
          return now() - from;
        } finally {
          for (const pid of pids) kill(inits.get(pid) ?? awaitInit(pid));
          for (const pid of pids) wait(pid);
        }
      },
    };
  };
  return [
    contestant(LXPLAIN, (index) => lxplainProgram(`bench-many-${index}`, of)),
    contestant(FLOOR, (index) => floorProgram(`bench-many-floor-${index}`, of, facts)),
  ];
}

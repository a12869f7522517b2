import type { Container } from '../container/container.ts';
import { memoryFiles } from '../linux/memory-figures.ts';
import { type Draft, step } from './steps.ts';

/** What is kept of each life: beside the relay of the consoles. */
export function logs({ logs: asked, consoles, groups }: Container): readonly Draft[] {
  if (asked === undefined) return [];
  const { directory, bytes, origin } = asked;
  const memory = groups.files.find(({ controller }) => controller === 'memory')?.hierarchy;
  return [
    step(origin, {
      op: 'log.life',
      file: `${directory}/life`,
      bytes,
      ...(memory === undefined
        ? {}
        : { memory: `${memory.mountPoint}${groups.path}/${memoryFiles[memory.version].killed}` }),
    }),
    ...consoles.map((_, console) =>
      step(origin, { op: 'log.console', console, file: `${directory}/console${console}`, bytes }),
    ),
  ];
}

import type { Container, Image, Loop } from '../container/container.ts';
import { invariant } from '../diagnostics/invariant.ts';
import { type Draft, step } from './steps.ts';

/** The loop devices of a container: the steps that attach them and let go of them, and how they are called between. */
export interface Loops {
  readonly prepare: readonly Draft[];
  readonly release: readonly Draft[];
  readonly handleOf: (loop: Loop) => string;
}

export function loops(container: Container): Loops {
  const handles = new Map(loopsOf(container).map((loop, index) => [loop, `loop${index}`]));
  const all = [...handles].map(([{ origin, file, readOnly }, handle]) => {
    const detach = step(origin, { op: 'loop.detach', handle });
    return [
      step(origin, { op: 'loop.attach', handle, file, readOnly }, { undo: detach }),
      detach,
    ] as const;
  });
  return {
    prepare: all.map(([attach]) => attach),
    release: all.map(([, detach]) => detach).reverse(),
    handleOf: (loop) => {
      const handle = handles.get(loop);
      invariant(handle !== undefined, 'the container has no other loop devices');
      return handle;
    },
  };
}

/** In libvirt's order: those of file systems, then disks. */
function loopsOf({ root, mounts, dev }: Container): readonly Loop[] {
  const images = [root, ...mounts].flatMap((mount) =>
    mount.kind === 'image' ? [mount.image] : [],
  );
  return [
    ...images.flatMap(({ device }: Image) => (typeof device === 'string' ? [] : [device])),
    ...dev.nodes.flatMap((node) => ('loop' in node ? [node.loop] : [])),
  ];
}

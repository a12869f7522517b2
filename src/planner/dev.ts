import type { Container, Node } from '../container/container.ts';
import { mapped, mappedRoot } from '../container/idmap.ts';
import type { Loops } from './loops.ts';
import { type Draft, step } from './steps.ts';

/** The directories on the way to a node that no earlier one is in, from above. */
function directories(nodes: readonly Node[], index: number): readonly string[] {
  const above = (name: string): readonly string[] => {
    const parts = name.split('/').slice(0, -1);
    return parts.map((_, depth) => parts.slice(0, depth + 1).join('/'));
  };
  const made = new Set(nodes.slice(0, index).flatMap(({ name }) => above(name)));
  return above(nodes[index]?.name ?? '').filter((name) => !made.has(name));
}

/** /dev as a detached tmpfs with its nodes and links, devpts, and the consoles' terminals. */
export function device({ dev, consoles, idmap }: Container, { handleOf }: Loops): Draft[] {
  const [uid, gid] = [mappedRoot(idmap?.uid), mappedRoot(idmap?.gid)];
  const owner: Record<string, string> =
    uid === 0 && gid === 0 ? {} : { uid: String(uid), gid: String(gid) };
  const { origin } = dev;
  const drafts: Draft[] = [
    step(origin, {
      op: 'capture.tmpfs',
      handle: 'dev',
      source: 'devfs',
      options: { size: '65536', mode: '755', ...owner },
      attributes: ['nosuid'],
    }),
    ...dev.nodes.flatMap(({ access: _, origin: at, ...node }, index) => [
      ...directories(dev.nodes, index).map((name) =>
        step(at, { op: 'dev.directory', name, uid, gid }),
      ),
      'loop' in node
        ? step(at, {
            op: 'dev.loop',
            name: node.name,
            loop: handleOf(node.loop),
            mode: node.mode,
            uid,
            gid,
          })
        : step(at, { op: 'dev.node', ...node, uid, gid }),
    ]),
    ...dev.links.map((link) => step(origin, { op: 'dev.link', ...link, uid, gid })),
    step(origin, { op: 'dev.directory', name: 'pts', uid, gid }),
    step(origin, { op: 'devpts.create', gid: mapped(idmap?.gid, 5), uid0: uid, gid0: gid }),
  ];
  consoles.forEach((console, index) => {
    const target = `/dev/pts/${index}`;
    const names = [`tty${index + 1}`, ...(index === 0 ? ['console'] : [])];
    drafts.push(
      step(console.origin, {
        op: 'console.create',
        number: index,
        uid,
        ...(idmap === undefined ? {} : { gid }),
      }),
      ...names.map((name) => step(console.origin, { op: 'dev.link', name, target, uid, gid })),
    );
  });
  return drafts;
}

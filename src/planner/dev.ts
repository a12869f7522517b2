import type { Container } from '../container/container.ts';
import { mapped, mappedRoot } from '../container/idmap.ts';
import { type Draft, step } from './steps.ts';

/** /dev as a detached tmpfs with its nodes and links, devpts, and the consoles' terminals. */
export function device({ dev, consoles, idmap }: Container): Draft[] {
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
    ...dev.nodes.map((node) => step(origin, { op: 'dev.node', ...node, mode: '0666', uid, gid })),
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

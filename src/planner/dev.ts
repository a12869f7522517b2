import type { Domain } from '../ir/domain.ts';
import { mapped, mappedRoot } from './idmap.ts';
import { type Draft, rule, steps } from './steps.ts';

/** @see https://libvirt.org/drvlxc.html, "Device nodes" */
const nodes = [
  ['null', 1, 3],
  ['zero', 1, 5],
  ['full', 1, 7],
  ['random', 1, 8],
  ['urandom', 1, 9],
  ['tty', 5, 0],
] as const;

const links = [
  ['stdin', '/proc/self/fd/0'],
  ['stdout', '/proc/self/fd/1'],
  ['stderr', '/proc/self/fd/2'],
  ['fd', '/proc/self/fd'],
  ['ptmx', '/dev/pts/ptmx'],
] as const;

/** /dev as a detached tmpfs with its nodes and links, devpts, and the consoles' terminals. */
export function device(domain: Domain): Draft[] {
  const capture = steps('capture', 'supervisor');
  const [uid, gid] = [mappedRoot(domain.idmap?.uid), mappedRoot(domain.idmap?.gid)];
  const owner: Record<string, string> =
    uid === 0 && gid === 0 ? {} : { uid: String(uid), gid: String(gid) };
  const dev = rule('dev');
  const drafts: Draft[] = [
    capture(dev, {
      op: 'capture.tmpfs',
      handle: 'dev',
      source: 'devfs',
      options: { size: '65536', mode: '755', ...owner },
      attributes: ['nosuid'],
    }),
    ...nodes.map(([name, major, minor]) =>
      capture(dev, { op: 'dev.node', name, type: 'c', major, minor, mode: '0666', uid, gid }),
    ),
    ...links.map(([name, target]) => capture(dev, { op: 'dev.link', name, target, uid, gid })),
    capture(dev, { op: 'dev.directory', name: 'pts', uid, gid }),
    capture(dev, { op: 'devpts.create', gid: mapped(domain.idmap?.gid, 5), uid0: uid, gid0: gid }),
  ];
  domain.consoles.forEach(({ origin }, index) => {
    const target = `/dev/pts/${index}`;
    drafts.push(
      capture(origin, {
        op: 'console.create',
        number: index,
        uid,
        ...(domain.idmap === undefined ? {} : { gid }),
      }),
      capture(origin, { op: 'dev.link', name: `tty${index + 1}`, target, uid, gid }),
    );
    if (index === 0)
      drafts.push(capture(origin, { op: 'dev.link', name: 'console', target, uid, gid }));
  });
  return drafts;
}

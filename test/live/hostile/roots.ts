import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  copyFileSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { busybox } from '../../tools.ts';
import { bound, type Contents, ID, idmap, mounted } from '../domains.ts';

/** What stands in the host's files, and must never be read or changed by a container. */
export const SECRET = 'the-host-was-here';

/** All names that a container may be brought to make have this in them. */
export const TOKEN = 'lxh7c';

/** A part of the host that links lead to: directories, files, a FIFO. Whatever user reaches it can change it. */
export function makeHost(at: string): void {
  mkdirSync(join(at, 'directory/below'), { recursive: true });
  const files = ['file', 'directory/file', 'directory/below/file', 'marker', 'directory/marker'];
  for (const name of files) writeFileSync(join(at, name), SECRET);
  spawnSync('mkfifo', [join(at, 'fifo')]);
  for (const name of ['.', 'directory', 'directory/below', 'fifo', ...files])
    chmodSync(join(at, name), 0o777);
}

/** Of all below a directory: the name, and everything that a container could change. */
export function fingerprint(at: string): string {
  const hash = createHash('sha256');
  const visit = (path: string): void => {
    const { mode, uid, gid, size, nlink, ctimeNs, ino } = lstatSync(path, { bigint: true });
    hash.update([path, mode, uid, gid, size, nlink, ctimeNs, ino].join(' '));
    const type = Number(mode) & 0o170000;
    if (type === 0o120000) hash.update(readlinkSync(path));
    if (type === 0o100000) hash.update(readFileSync(path));
    if (type === 0o040000) for (const name of readdirSync(path).sort()) visit(join(path, name));
  };
  visit(at);
  return hash.digest('hex');
}

const UP = '/..'.repeat(12);

const CHAIN = '/chain/0';

/** Where links of a hostile root lead: names for the reader, and what stands in the link. */
export function linkKinds(host: string): ReadonlyMap<string, string> {
  const target = join(host, 'directory');
  return new Map([
    ['inside', '/real'],
    ['absolute', target],
    ['to the root', '/'],
    ['upwards', `${UP.slice(1)}${target}`],
    ['loop', 'SELF'],
    ['chain of 41', CHAIN],
    ['own root', `/proc/self/root${target}`],
    ['root of process 1', `/proc/1/root${target}`],
    ['root of the thread', `/proc/thread-self/root${target}`],
    ['own directory', `/proc/self/cwd${UP}${target}`],
    ['own program', '/proc/self/exe'],
    ['nothing', join(host, `${TOKEN}-none`)],
    ['file', join(host, 'file')],
    ['FIFO', join(host, 'fifo')],
    ['FIFO inside', '/fifo'],
    ...Array.from({ length: 28 }, (_, index) => index + 3).flatMap((number) => [
      [`descriptor ${number}`, `/proc/self/fd/${number}`] as const,
      [`above descriptor ${number}`, `/proc/self/fd/${number}${UP}${target}`] as const,
    ]),
  ]);
}

/** A place in a root where a link stands instead of what is expected, and the domain in which that matters. */
export interface Place {
  readonly link: string;
  /** Where that is, if not in the root: what a file system has is as hostile. */
  readonly inData?: string;
  readonly contents: (folder: string) => Partial<Contents>;
}

const mountAt = (target: string) => (folder: string) => ({
  devices: mounted(`${folder}/data`, target),
});

export const places = {
  '/proc': { link: '/proc', contents: () => ({}) },
  '/sys': { link: '/sys', contents: () => ({}) },
  '/dev': { link: '/dev', contents: () => ({}) },
  '/dev/pts': { link: '/dev/pts', contents: () => ({}) },
  '/sys/fs/cgroup': { link: '/sys/fs/cgroup', contents: () => ({}) },
  'a target': { link: `/${TOKEN}-target`, contents: mountAt(`/${TOKEN}-target`) },
  'a directory on the way': {
    link: `/${TOKEN}-first`,
    contents: mountAt(`/${TOKEN}-first/${TOKEN}-second/${TOKEN}-third`),
  },
  'the last directory on the way': {
    link: `/${TOKEN}-first/${TOKEN}-second`,
    contents: mountAt(`/${TOKEN}-first/${TOKEN}-second/${TOKEN}-third`),
  },
  // Looked up when the others have been mounted, /proc among them.
  'a directory of another file system': {
    link: `/${TOKEN}-outer/${TOKEN}-inner`,
    inData: `${TOKEN}-inner`,
    contents: (folder) => ({
      devices:
        mounted(`${folder}/data`, `/${TOKEN}-outer`) +
        mounted(`${folder}/data`, `/${TOKEN}-outer/${TOKEN}-inner/${TOKEN}-below`),
    }),
  },
  'a file target': {
    link: `/etc/${TOKEN}.conf`,
    contents: (folder) => ({ devices: mounted(`${folder}/file`, `/etc/${TOKEN}.conf`) }),
  },
  'the directory of a file target': {
    link: `/${TOKEN}-etc`,
    contents: (folder) => ({ devices: mounted(`${folder}/file`, `/${TOKEN}-etc/${TOKEN}.conf`) }),
  },
  'the source of a bind': {
    link: `/${TOKEN}-source`,
    contents: () => ({ devices: bound(`/${TOKEN}-source`, '/bound') }),
  },
  'the directory of init': {
    link: `/${TOKEN}-initdir`,
    contents: () => ({ os: `<initdir>/${TOKEN}-initdir</initdir>` }),
  },
  init: { link: '/bin/init', contents: () => ({}) },
  'the interpreter of init': { link: `/${TOKEN}-interpreter`, contents: () => ({}) },
} as const satisfies Readonly<Record<string, Place>>;

export type PlaceName = keyof typeof places;

export const STATUS = 7;

/** What init tries: to read what is the host's, by every name that a link may have brought to life, and to write. */
const probe = (host: string): string => `#!/bin/sh
for at in . /proc /sys /dev /dev/pts /bound /${TOKEN}-*; do
  for file in marker ..${UP}${host}/marker; do
    cat "$at/$file"
  done
  echo >"$at/${TOKEN}-written"
done 2>/dev/null
exit ${STATUS}
`;

/** Init for a place: the probe, or what the place makes of it. */
export const initFor = (place: PlaceName): readonly string[] =>
  place === 'init'
    ? ['/bin/init']
    : place === 'the interpreter of init'
      ? ['/bin/script']
      : ['/bin/sh', '/bin/probe'];

/** What all roots are made of. */
export function makeParts(folder: string): void {
  chmodSync(folder, 0o755);
  copyFileSync(busybox ?? '', join(folder, 'busybox'));
  writeFileSync(join(folder, 'file'), 'a file\n');
  spawnSync('mkfifo', [join(folder, 'fifo')]);
  makeHost(join(folder, 'host'));
}

/** What stands at a place in a root that is not hostile, if anything has to: a domain is looked at before its start. */
const tame: Partial<Record<PlaceName, (at: string) => void>> = {
  'the source of a bind': (at) => mkdirSync(at),
  'the directory of init': (at) => mkdirSync(at),
  init: (at) => symlinkSync('busybox', at),
  'the interpreter of init': (at) => symlinkSync('/bin/sh', at),
};

/** A root in which `place` is a link, or what it should be. */
export function makeHostileRoot(
  folder: string,
  place: PlaceName,
  link: string | undefined,
  mapped: boolean,
): void {
  const root = join(folder, 'root');
  const data = join(folder, 'data');
  for (const path of [root, data]) rmSync(path, { recursive: true, force: true });
  mkdirSync(data);
  for (const name of ['bin', 'etc', 'real', 'chain', 'bound'])
    mkdirSync(join(root, name), { recursive: true });
  linkSync(join(folder, 'busybox'), join(root, 'bin/busybox'));
  for (const name of ['sh', 'cat', 'true']) symlinkSync('busybox', join(root, 'bin', name));
  writeFileSync(join(root, 'bin/probe'), probe(join(folder, 'host')), { mode: 0o755 });
  const interpreter = places['the interpreter of init'].link;
  writeFileSync(join(root, 'bin/script'), `#!${interpreter}\n`, { mode: 0o755 });
  for (let number = 0; number < 41 && link === CHAIN; number++) {
    const next = number === 40 ? join(folder, 'host/directory') : `/chain/${number + 1}`;
    symlinkSync(next, join(root, 'chain', String(number)));
  }
  const at = linkPath(folder, place);
  mkdirSync(join(at, '..'), { recursive: true });
  if (link === undefined) tame[place]?.(at);
  else symlinkSync(link === 'SELF' ? places[place].link : link, at);
  linkSync(join(folder, 'fifo'), join(root, 'fifo'));
  if (mapped) for (const path of [root, data]) giveTo(path, ID);
}

/** Where the link of a place is on the host. */
export function linkPath(folder: string, place: PlaceName): string {
  const { link, inData }: Place = places[place];
  return inData === undefined ? join(folder, 'root', link) : join(folder, 'data', inData);
}

/** The root of a container with an id map belongs to its root. */
function giveTo(root: string, owner: number): void {
  chownSync(root, owner, owner);
  for (const name of readdirSync(root)) {
    const path = join(root, name);
    if (lstatSync(path).isDirectory()) chownSync(path, owner, owner);
  }
}

export const domainOf = (folder: string, place: PlaceName, mapped: boolean): Contents => {
  const { devices = '', os = '' } = places[place].contents(folder) as Partial<Contents>;
  return {
    init: initFor(place),
    more: mapped ? idmap : '',
    devices: mounted(`${folder}/root`, '/') + devices,
    os,
  };
};

import type { Located, Origin } from '../diagnostics/origin.ts';
import type { HostFacts } from '../facts/facts.ts';
import type { Domain } from '../ir/domain.ts';
import { rootOf } from '../ir/root.ts';

/** The lists of users and groups of an image. @see passwd(5), group(5) */
export const [PASSWD, GROUP] = ['/etc/passwd', '/etc/group'];

/** Who init is, if it is not root with the groups of root: the ids of the container. */
export interface Identity {
  readonly uid: number;
  readonly gid: number;
  /** The supplementary groups, `gid` among them. */
  readonly groups: readonly number[];
  readonly origin: Origin;
}

/** What an element names, and nobody has. */
export interface Nobody {
  readonly unknown: 'user' | 'group';
  readonly name: Located<string>;
  /** Whether the lists of the image are known. */
  readonly looked: boolean;
}

interface User {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

interface Group {
  readonly gid: number;
  readonly name: string;
  readonly members: readonly string[];
}

/**
 * Who `<inituser>` and `<initgroup>` are: a name of the image's own lists, else a number; `+` in front of it makes it one in any
 * case. Undefined without both.
 * @see libvirt 9.0, src/util/virutil.c, virGetUserID
 */
export function initIdentity(domain: Domain, facts: HostFacts): Identity | Nobody | undefined {
  const { initUser, initGroup } = domain.os;
  const given = initUser ?? initGroup;
  if (given === undefined) return undefined;
  const [users, groups] = [
    lists(domain, facts, PASSWD)?.flatMap(userOf),
    lists(domain, facts, GROUP)?.flatMap(groupOf),
  ];
  const uid = initUser === undefined ? 0 : idOf(initUser.value, users, 'uid');
  if (initUser !== undefined && uid === undefined)
    return { unknown: 'user', name: initUser, looked: users !== undefined };
  const user = users?.find((each) => each.uid === uid);
  const ofUser = initUser === undefined ? 0 : (user?.gid ?? 0);
  const gid = initGroup === undefined ? ofUser : idOf(initGroup.value, groups, 'gid');
  if (initGroup !== undefined && gid === undefined)
    return { unknown: 'group', name: initGroup, looked: groups !== undefined };
  if (uid === undefined || gid === undefined) return undefined;
  const others = initUser === undefined ? [] : memberships(user, groups ?? []);
  return { uid, gid, groups: [...new Set([gid, ...others])], origin: given.origin };
}

/** Whether the user has a group of its own: else it would be that of root. */
export const hasGroup = (domain: Domain, facts: HostFacts, { uid }: Identity): boolean =>
  domain.os.initUser === undefined ||
  domain.os.initGroup !== undefined ||
  lists(domain, facts, PASSWD)
    ?.flatMap(userOf)
    .some((each) => each.uid === uid) === true;

/** @see getgrouplist(3) */
const memberships = (user: User | undefined, groups: readonly Group[]): readonly number[] =>
  user === undefined
    ? []
    : groups.filter(({ members }) => members.includes(user.name)).map(({ gid }) => gid);

function lists(domain: Domain, facts: HostFacts, path: string): readonly string[] | undefined {
  const root = rootOf(domain);
  const fact = root?.kind === 'mount' ? facts.rootPaths[root.source.value]?.[path] : undefined;
  if (fact?.kind === 'missing') return [];
  return fact?.kind === 'file' ? fact.lines : undefined;
}

/** Ids up to the last that the kernel has; the one behind it means "no change". */
const MOST = 0xffff_fffe;

function readNumber(text: string): number | undefined {
  return /^\d{1,10}$/.test(text) && Number(text) <= MOST ? Number(text) : undefined;
}

function idOf<K extends string, T extends { readonly name: string } & Readonly<Record<K, number>>>(
  value: string,
  list: readonly T[] | undefined,
  key: K,
): number | undefined {
  if (value.startsWith('+')) return readNumber(value.slice(1));
  return list?.find(({ name }) => name === value)?.[key] ?? readNumber(value);
}

function userOf(line: string): readonly User[] {
  const [name = '', , uid = '', gid = ''] = line.split(':');
  const [user, group] = [readNumber(uid), readNumber(gid)];
  return name === '' || user === undefined || group === undefined
    ? []
    : [{ name, uid: user, gid: group }];
}

function groupOf(line: string): readonly Group[] {
  const [name = '', , gid = '', members = ''] = line.split(':');
  const group = readNumber(gid);
  return name === '' || group === undefined
    ? []
    : [{ name, gid: group, members: members.split(',') }];
}

import {
  directoryMissing,
  initIsDirectory,
  initMissing,
  initMissingInRoot,
  initNotAbsolute,
  initNotAFile,
  initNotExecutable,
  initOfOtherArch,
  initOnNoexec,
  initUnknownFormat,
  interpreterMissing,
  interpretersTooDeep,
  variableName,
} from '../diagnostics/catalog/passes.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Arch, HostFacts, PathFact } from '../facts/facts.ts';
import type { Domain } from '../ir/domain.ts';
import { rootOf } from '../ir/root.ts';
import { mountOf } from './mounted.ts';
import type { Doubts } from './pass.ts';

/** init must be named, be there, and be something that the kernel executes; so must be what executes it in turn. */
export const checkInit = (
  domain: Domain,
  facts: HostFacts,
  doubts: Doubts,
): readonly Diagnostic[] => [
  ...checkProgram(domain, facts, doubts),
  ...checkDirectory(domain, facts, doubts),
  ...domain.os.initEnv
    .filter(({ name }) => name === '' || name.includes('='))
    .map(({ name, origin }) => variableName(name, origin)),
];

/** The directory that is the root, if it is one, and what was found in it. A root that is not there is told as such. */
function inside(
  domain: Domain,
  facts: HostFacts,
  doubts: Doubts,
): { readonly root: string; readonly found: Readonly<Record<string, PathFact>> } | undefined {
  const root = rootOf(domain);
  if (root?.kind !== 'mount' || doubts.has('devices')) return undefined;
  const { value } = root.source;
  if (facts.paths[value]?.kind === 'missing') return undefined;
  return { root: value, found: facts.rootPaths[value] ?? {} };
}

function checkDirectory(domain: Domain, facts: HostFacts, doubts: Doubts): readonly Diagnostic[] {
  const { initDir } = domain.os;
  const tree = inside(domain, facts, doubts);
  const fact = initDir === undefined ? undefined : tree?.found[initDir.value];
  if (initDir === undefined || tree === undefined || fact === undefined) return [];
  return fact.kind === 'directory'
    ? []
    : [directoryMissing(initDir.value, tree.root, fact.kind, initDir.origin)];
}

function checkProgram(domain: Domain, facts: HostFacts, doubts: Doubts): readonly Diagnostic[] {
  const { init, origin } = domain.os;
  if (init === undefined) return doubts.has('os') ? [] : [initMissing(origin)];
  if (!init.value.startsWith('/')) return [initNotAbsolute(init.value, init.origin)];
  const tree = inside(domain, facts, doubts);
  const fact = tree?.found[init.value];
  if (tree === undefined || fact === undefined) return [];
  const { root, found } = tree;
  if (fact.kind === 'missing') return [initMissingInRoot(init.value, root, init.origin)];
  if (fact.kind === 'directory') return [initIsDirectory(init.value, init.origin)];
  const isMapped = isMappedIn(domain);
  const isAlone = domain.filesystems.length === 1; // else init may lie in another mount
  const mount = isAlone ? mountOf(root, facts) : undefined;
  if (mount?.noexec === true) return [initOnNoexec(init.value, mount.point, init.origin)];
  return chain(init.value, fact, 0);

  /** What is wrong with a program, or with what executes it. `path` is init or an interpreter. */
  function chain(path: string, program: PathFact, depth: number): readonly Diagnostic[] {
    const at = init!.origin;
    const who = { init: init!.value, path };
    if (depth > MAX_INTERPRETERS) return [interpretersTooDeep(init!.value, at)];
    if (program.kind === 'missing') return [interpreterMissing(who, root, at)];
    if (program.kind !== 'file') return [initNotAFile(who, program.kind, at)];
    if (!isExecutable(program, isMapped)) return [initNotExecutable(who, program.mode ?? '', at)];
    const format = program.program;
    if (format === undefined) return [];
    if (format.format === 'unknown') return [initUnknownFormat(who, at)];
    if (format.format === 'elf' && !runs(format.arch, facts))
      return [initOfOtherArch(who, format.arch, facts.arch, at)];
    const next = format.interpreter === undefined ? undefined : found[format.interpreter];
    if (format.interpreter === undefined || next === undefined) return [];
    return chain(format.interpreter, next, depth + 1);
  }
}

/** @see fs/exec.c of Linux, exec_binprm */
const MAX_INTERPRETERS = 5;

const others: Readonly<Record<Arch, readonly string[]>> = {
  x86_64: ['i686'],
  aarch64: ['armv7l'],
};

const runs = (arch: string, { arch: host, emulated = [] }: HostFacts): boolean =>
  arch === host || others[host].includes(arch) || emulated.includes(arch);

/** Whether files with these owners are those of somebody in the container: root there has no rights on others. */
const isMappedIn =
  ({ idmap }: Domain) =>
  (map: 'uid' | 'gid', id: number): boolean =>
    idmap === undefined ||
    idmap[map].some(({ target, count }) => id >= target && id < target + count);

function isExecutable(
  { uid, gid, mode }: Extract<PathFact, { kind: 'file' }>,
  isMapped: (map: 'uid' | 'gid', id: number) => boolean,
): boolean {
  if (uid === undefined || gid === undefined || mode === undefined) return true;
  const bits = Number.parseInt(mode, 8);
  // Root may execute what anybody may, of those who are somebody in its namespace.
  return (bits & (isMapped('uid', uid) && isMapped('gid', gid) ? 0o111 : 0o001)) !== 0;
}

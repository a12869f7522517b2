import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  readlinkSync,
  readSync,
  type Stats,
} from 'node:fs';
import { errorCode } from '../../linux/error-code.ts';
import type { PathFact, ProgramFact, WantedInside } from '../facts.ts';
import { HEAD, programOf } from '../program.ts';
import { factOf, onHost } from './path.ts';

const O_PATH = 0o10000000;
const MAX_LINKS = 40;

/** Something inside, held open so that no link that is made meanwhile can lead elsewhere. */
interface Held {
  readonly descriptor: number;
  readonly stats: Stats;
  /** The device of the mount that it lies in, if what is mounted below that is not part of it. */
  readonly device?: number;
}

type Found = Held | 'unknown' | Extract<PathFact, { kind: 'missing' }>;

/**
 * The paths of a container before it is there: what its root and the directories that are mounted in it hold.
 * A symbolic link, absolute or not, never leads out of them. What cannot be known is left out.
 */
export function lookInside(wanted: WantedInside): Record<string, PathFact> {
  return new Inside(wanted).facts();
}

type How = 'path' | 'point' | 'program' | 'list';
type FileFact = Extract<PathFact, { kind: 'file' }>;

class Inside {
  private readonly wanted: WantedInside;
  private readonly mounts: ReadonlyMap<string, string | undefined>;
  private readonly open: number[] = [];

  constructor(wanted: WantedInside) {
    this.wanted = wanted;
    this.mounts = new Map(wanted.mounts.map(({ target, source }) => [target, source]));
  }

  facts(): Record<string, PathFact> {
    const found: Record<string, PathFact> = {};
    const look = (path: string, how: How): PathFact | undefined => {
      const fact = this.fact(path, how);
      if (fact !== undefined) found[path] = fact;
      return fact;
    };
    for (const path of this.wanted.points) look(path, 'point');
    for (const path of this.wanted.paths) look(path, 'path');
    for (const program of this.wanted.programs) {
      let path: string | undefined = program;
      const seen = new Set<string>();
      while (path !== undefined && !seen.has(path)) {
        seen.add(path);
        path = interpreterOf(look(path, 'program'));
      }
    }
    for (const path of this.wanted.lists ?? []) look(path, 'list');
    return found;
  }

  private fact(path: string, how: How): PathFact | undefined {
    try {
      const found = this.walk(path, how === 'point');
      if (found === 'unknown') return undefined;
      if ('kind' in found) return found;
      const fact = factOf(found.stats);
      return fact.kind === 'file' ? { ...fact, ...whatIs(found.descriptor, how) } : fact;
    } catch (cause) {
      if (cause instanceof Error && 'code' in cause) return undefined;
      throw cause;
    } finally {
      for (const descriptor of this.open.splice(0)) closeSync(descriptor);
    }
  }

  private hold(path: string, flags: number, device?: number): Held {
    const descriptor = openSync(path, O_PATH | flags);
    this.open.push(descriptor);
    return {
      descriptor,
      stats: fstatSync(descriptor),
      ...(device === undefined ? {} : { device }),
    };
  }

  /** `isPoint`: what is mounted at the very end of the path does not count. */
  private walk(path: string, isPoint: boolean): Found {
    let rest = path.split('/');
    let links = 0;
    const names: string[] = [];
    const way: Held[] = [this.hold(this.wanted.root, constants.O_DIRECTORY)];
    while (rest.length > 0) {
      const [part = '', ...after] = rest;
      rest = after;
      if (part === '' || part === '.') continue;
      if (part === '..') {
        names.pop();
        if (way.length > 1) way.pop();
        continue;
      }
      const at = `/${[...names, part].join('/')}`;
      const top = way.at(-1)!;
      if (!top.stats.isDirectory()) return { kind: 'missing', below: `/${names.join('/')}` };
      const isEnd = rest.every((each) => each === '' || each === '.');
      const found =
        this.mounts.has(at) && !(isPoint && isEnd) ? this.mount(at) : this.step(top, part);
      if (found === 'unknown' || 'kind' in found) return found;
      if (found.stats.isSymbolicLink()) {
        if (++links > MAX_LINKS) return { kind: 'missing' };
        const target = readlinkSync(`/proc/self/fd/${top.descriptor}/${part}`);
        if (target.startsWith('/')) {
          names.length = 0;
          way.length = 1;
        }
        rest = [...target.split('/'), ...rest];
      } else {
        names.push(part);
        way.push(found);
      }
    }
    return way.at(-1)!;
  }

  private mount(at: string): Found {
    const source = this.mounts.get(at);
    if (source === undefined || onHost(source)?.kind === 'missing') return 'unknown';
    const held = this.hold(source, 0);
    return { ...held, device: held.stats.dev };
  }

  private step(top: Held, name: string): Found {
    try {
      const path = `/proc/self/fd/${top.descriptor}/${name}`;
      const held = this.hold(path, constants.O_NOFOLLOW, top.device);
      return top.device === undefined || top.device === held.stats.dev ? held : 'unknown';
    } catch (cause) {
      if (errorCode(cause) === 'ENOENT') return { kind: 'missing' };
      throw cause;
    }
  }
}

/** A relative one is looked for from the directory where init starts, which is not asked for here. */
function interpreterOf(fact: PathFact | undefined): string | undefined {
  const program = fact?.kind === 'file' ? fact.program : undefined;
  if (program === undefined || program.format === 'unknown') return undefined;
  return program.interpreter?.startsWith('/') ? program.interpreter : undefined;
}

/** What of a file counts beside that it is there. Nothing of one that cannot be read. */
function whatIs(descriptor: number, how: How): Pick<FileFact, 'program' | 'lines'> {
  if (how !== 'program' && how !== 'list') return {};
  return reading(descriptor, (read) => (how === 'program' ? programIn(read) : linesIn(read)));
}

type Read = (offset: number, length: number) => Buffer;

function programIn(read: Read): { readonly program?: ProgramFact } {
  const program = programOf(read(0, HEAD), read);
  return program === undefined ? {} : { program };
}

/** No list has more, but an image may. */
const LONGEST_LIST = 1 << 20;

const linesIn = (read: Read): { readonly lines: readonly string[] } => ({
  lines: read(0, LONGEST_LIST)
    .toString('latin1')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#')),
});

function reading<T extends object>(descriptor: number, work: (read: Read) => T): T | object {
  let file: number;
  try {
    file = openSync(`/proc/self/fd/${descriptor}`, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch {
    return {};
  }
  try {
    return work((offset, length) => {
      const bytes = Buffer.alloc(length);
      const isPlace = Number.isSafeInteger(offset) && offset >= 0;
      return bytes.subarray(0, isPlace ? readSync(file, bytes, 0, length, offset) : 0);
    });
  } finally {
    closeSync(file);
  }
}

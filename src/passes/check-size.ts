import { argumentTooLong, tooMany } from '../diagnostics/catalog/passes.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Origin } from '../diagnostics/origin.ts';
import type { Domain } from '../ir/domain.ts';

/** Far more than a container has, and few enough that its plan is made, compiled and read in time. */
const [MOST_FILESYSTEMS, MOST_CONSOLES, MOST_ARGUMENTS] = [500, 250, 10_000];
/** MAX_ARG_STRLEN of linux/binfmts.h without the NUL. */
const LONGEST_ARGUMENT = 128 * 1024 - 1;

/** What becomes steps of the plan, or strings that init gets. */
export function checkSize({ filesystems, consoles, os }: Domain): readonly Diagnostic[] {
  const variables = os.initEnv.map(({ name, value, origin }) => ({
    what: 'variable of init',
    bytes: Buffer.byteLength(name) + Buffer.byteLength(value) + 1,
    origin,
  }));
  const given = os.cmdline === undefined ? os.initArgs : [...os.initArgs, os.cmdline];
  const strings = given.map(({ value, origin }) => ({
    what: 'argument of init',
    bytes: Buffer.byteLength(value),
    origin,
  }));
  return [
    ...tooManyOf('file systems', filesystems, MOST_FILESYSTEMS),
    ...tooManyOf('consoles', consoles, MOST_CONSOLES),
    ...tooManyOf('arguments and variables of init', [...strings, ...variables], MOST_ARGUMENTS),
    ...[...strings, ...variables]
      // LIBVIRT_LXC_CMDLINE= stands before one.
      .filter(({ bytes }) => bytes + 20 > LONGEST_ARGUMENT)
      .map(({ what, bytes, origin }) =>
        argumentTooLong(what, bytes, LONGEST_ARGUMENT - 20, origin),
      ),
  ];
}

function tooManyOf(
  what: string,
  things: readonly { readonly origin: Origin }[],
  most: number,
): readonly Diagnostic[] {
  const first = things[most];
  return first === undefined ? [] : [tooMany(what, things.length, most, first.origin)];
}

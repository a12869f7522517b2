import { error, warning } from '../diagnostic.ts';
import type { LedgerEntry } from '../ledger.ts';
import type { Span } from '../origin.ts';

/** Error messages echo at most this much of the input. */
const short = (text: string): string => (text.length > 80 ? `${text.slice(0, 80)}…` : text);

const meant = (nearest: string | undefined) =>
  nearest === undefined ? {} : { help: `did you mean '${nearest}'?` };

export const lxcNulByte = (at: Span) =>
  error('lxc/not-text', at, 'a NUL byte: expected the text of an lxc config');

export const lxcControlCharacter = (code: number, at: Span) =>
  error(
    'lxc/not-text',
    at,
    `the character U+${code.toString(16).toUpperCase().padStart(4, '0')} cannot be written in domain XML`,
  );

export const lxcTooManyLines = (limit: number, at: Span) =>
  error('lxc/too-many-lines', at, `more than ${limit} lines, included files counted`);

export const lxcLineTooLong = (limit: number, at: Span) =>
  error('lxc/line-too-long', at, `the line has more than ${limit} characters`);

export const lxcTooManyFaults = (limit: number, at: Span) =>
  error('lxc/too-many-faults', at, `more than ${limit} faults: the rest is not looked at`);

export const lxcNoAssignment = (key: string, at: Span) =>
  error('lxc/no-assignment', at, `'${short(key)}' has no value: expected KEY = VALUE`);

export const lxcUnknownKey = (key: string, at: Span, nearest: string | undefined) =>
  error('lxc/unknown-key', at, `key '${short(key)}' is not known to lxc`, meant(nearest));

/** Where the config is for lxc 2.1. */
export const lxcKeyTooNew = (key: string, at: Span) =>
  error('lxc/unknown-key', at, `key '${short(key)}' is not known to lxc 2.1: it came later`);

/** Where a config is formatted, not read. */
export const lxcKeyLeft = (key: string, at: Span, nearest: string | undefined) =>
  warning(
    'lxc/unknown-key',
    at,
    `key '${short(key)}' is not known to lxc: it stays as it is`,
    meant(nearest),
  );

export const lxcGenerationsMixed = (key: string, at: Span, other: string, first: Span) =>
  error(
    'lxc/generations-mixed',
    at,
    `'${short(key)}' and '${short(other)}' are keys of different generations of lxc: only lxc 2.1 reads both`,
    {
      notes: [{ message: `'${short(other)}' is given here`, span: first }],
      help: "--lxc-version 2.1 reads it as lxc 2.1 does; 'lxplain format' writes the keys of today",
    },
  );

export const lxcBadValue = (
  key: string,
  value: string,
  expected: string,
  at: Span,
  libvirt?: string,
) =>
  error(
    'lxc/bad-value',
    at,
    `${short(key)}: '${short(value)}' is not valid: expected ${expected}`,
    libvirt === undefined ? {} : { libvirt },
  );

export const lxcNotEmpty = (key: string, at: Span) =>
  error('lxc/bad-value', at, `${short(key)} takes no value: without one, it clears what was set`);

export const lxcNoName = (at: Span) =>
  error(
    'lxc/no-name',
    at,
    'no name: expected lxc.uts.name, or a file NAME/config whose folder gives it',
    { libvirt: 'An error occurred, but the cause is unknown' },
  );

export const lxcNameWithSlash = (name: string, at: Span) =>
  error('lxc/bad-name', at, `name '${short(name)}' contains '/'`, {
    libvirt: `XML error: name ${name} cannot contain '/'`,
  });

export const lxcFstabNotConverted = (key: string, at: Span) =>
  error('lxc/fstab', at, `${key} names a file that is converted only with --full`, {
    libvirt:
      'argument unsupported: lxc.mount.fstab or lxc.mount found, use lxc.mount.entry lines instead',
    help: 'use --full, or lxc.mount.entry lines instead',
  });

export const lxcNoTmpfsSize = (at: Span) =>
  error('lxc/no-tmpfs-size', at, 'a tmpfs without size=: domain XML wants one', {
    libvirt: 'internal error: missing tmpfs size, set the size option',
    help: 'with --full it gets half of the memory, as the kernel has it',
  });

export const lxcRelativeSize = (text: string, at: Span) =>
  error('lxc/relative-size', at, `size '${short(text)}' is relative: domain XML wants KiB`, {
    libvirt: `internal error: can't convert relative size: '${text}'`,
    help: 'with --full it is a part of the memory (--host-memory, or that of this host)',
  });

export const lxcNoMemoryLimit = (text: string, at: Span) =>
  error('lxc/no-memory', at, `limit '${short(text)}' leaves less than 1 KiB of memory`, {
    libvirt: 'XML error: Memory size must be specified via <memory> or in the <numa> configuration',
  });

export const lxcBeforeType = (key: string, at: Span) =>
  error('lxc/network-before-type', at, `${short(key)} stands before the first lxc.network.type`, {
    libvirt: 'An error occurred, but the cause is unknown',
  });

/** lxc reads line by line: such a key must stand behind the type of its group. */
export const lxcBeforeKind = (
  key: string,
  kind: string,
  at: Span,
  type: { readonly value: string; readonly span: Span } | undefined,
) =>
  type === undefined
    ? error('lxc/network-before-type', at, `${short(key)} stands before the type of its group`, {
        help: `lxc wants the type ${kind} in a line before it`,
      })
    : error(
        'lxc/network-other-type',
        at,
        `${short(key)} is a key of the type ${kind}, and the group has the type ${short(type.value)}`,
        { notes: [{ message: 'the type is given here', span: type.span }] },
      );

export const lxcNoType = (key: string, at: Span) =>
  error('lxc/network-no-type', at, `the group of ${short(key)} has no type: lxc cannot start it`, {
    help: 'its type has to stand before its other keys',
  });

export const lxcNoLink = (key: string, type: string, at: Span, libvirt: string) =>
  error('lxc/no-link', at, `a network of type ${type} has no link: expected ${key} = INTERFACE`, {
    libvirt,
  });

export const lxcNoneBesideOthers = (at: Span, other: Span) =>
  error(
    'lxc/none-beside-others',
    at,
    'type none shares the network of the host, and another group wants an own one',
    {
      notes: [{ message: 'the other group is here', span: other }],
    },
  );

export const lxcDropBesideKeep = (key: string, at: Span, other: Span) =>
  error('lxc/drop-beside-keep', at, `${key} cannot stand beside the other list of capabilities`, {
    notes: [{ message: 'the other list is here', span: other }],
    help: "an empty 'lxc.cap.drop =' clears what was set",
  });

export const lxcKeepBesideClone = (key: string, at: Span, other: Span) =>
  error(
    'lxc/keep-beside-clone',
    at,
    `${short(key)} cannot stand beside the other list of namespaces`,
    {
      notes: [{ message: 'the other list is here', span: other }],
    },
  );

export const lxcIdmapIncomplete = (kind: string, at: Span) =>
  warning('lxc/idmap-incomplete', at, `the map has no ${kind}: libvirt refuses to define it`);

export const lxcIdmapSwapped = (at: Span) =>
  warning(
    'lxc/idmap-swapped',
    at,
    'maps a high id of the container to root of the host: the first number is the id in the container',
  );

export const lxcCommentInValue = (at: Span) =>
  warning('lxc/comment-in-value', at, "'#' does not start a comment here: it belongs to the value");

export const lxcIncludeMissing = (path: string, at: Span) =>
  error('lxc/include-missing', at, `included file '${short(path)}' does not exist`);

export const lxcIncludeRefused = (path: string, reason: string, at: Span) =>
  error('lxc/include-refused', at, `cannot include '${short(path)}': ${reason}`);

export const lxcIncludeCycle = (path: string, at: Span) =>
  error('lxc/include-cycle', at, `'${short(path)}' includes itself`);

export const lxcIncludeTooDeep = (depth: number, at: Span) =>
  error('lxc/include-too-deep', at, `files are included more than ${depth} deep`);

export const lxcTooMuchIncluded = (bytes: number, at: Span) =>
  error('lxc/too-much-included', at, `more than ${bytes} characters, included files counted`);

export const lxcFstabMissing = (path: string, reason: string, at: Span) =>
  error('lxc/fstab-missing', at, `cannot read the fstab '${short(path)}': ${reason}`);

/** A line of the ledger as a warning, where a config is run rather than converted. */
export const lxcLine = ({ fate, concern, subject, reason, span }: LedgerEntry) =>
  concern === 'security'
    ? warning('lxc/security-lost', span, `${subject}: ${fate} (security): ${reason}`)
    : warning(
        fate === 'lost' ? 'lxc/line-lost' : 'lxc/line-changed',
        span,
        `${subject}: ${reason}`,
      );

export const lxcMountWithoutBind = (type: string, at: Span) =>
  error(
    'lxc/mount-without-bind',
    at,
    `the kernel has no file system of type '${short(type)}': expected the option bind`,
  );

export const lxcInitWithoutPath = (init: string, at: Span) =>
  error(
    'lxc/init-without-path',
    at,
    `init '${short(init)}' is found by PATH when lxc starts it: expected its path in the container`,
  );

export const lxcTooManyTerminals = (limit: number, at: Span) =>
  error('lxc/too-many-terminals', at, `more than ${limit} terminals`);

export const lxcRootUnsupported = (kind: string, at: Span) =>
  error('lxc/root-unsupported', at, `domain XML has no root of kind '${short(kind)}'`, {
    help: 'mount it first, and name the folder as dir:/PATH',
  });

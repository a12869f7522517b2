import { isLine, unless } from './checks.ts';
import { prepare, release, supervise } from './places.ts';
import type { Nothing, Records } from './record.ts';
import type { Text } from './values.ts';

/** What the audit system of the kernel is told. */
export interface AuditOps {
  'audit.open': Nothing;
  'audit.start': {
    /** Of each thing that the container gets of the host the text of its record. */
    readonly resources: readonly Text[];
  };
  'audit.stop': Nothing;
}

export const auditOps: Records<AuditOps> = {
  'audit.open': {
    place: prepare,
    per: 'name',
    what: 'Opens a socket to the audit system of the kernel, and finds out by which name this program goes there.',
    why: 'Who reads the audit log finds this container in it, whether its start fails or not.',
    opens: () => ['audit'],
    undo: 'audit.stop',
    times: 'at most once',
    after: { 'guard.create': 'nobody would say that the container has ended' },
  },
  'audit.start': {
    place: supervise,
    what: 'Records that the container has started (VIRT_CONTROL), its init, and what it got of the host (VIRT_RESOURCE).',
    why: 'As libvirt does. The kernel drops the records if its audit system is off.',
    object: ({ resources }) => `${resources.map(kindOf).join(' ')}, start, init`,
    uses: () => ['audit'],
    times: 'at most once',
    after: { 'init.started': 'nobody knows yet that init runs' },
    before: { 'console.relay': 'the container would have ended by then' },
    check: ({ resources }) =>
      resources.flatMap((text) => [
        ...unless(isLine(text), 'the text of a record is not one line'),
        ...unless(text.length <= LONGEST, 'the text of a record is too long'),
      ]),
  },
  'audit.stop': {
    place: release,
    per: 'name',
    what: 'Records that the container has stopped (VIRT_CONTROL), or that its start has failed, and with it what it was to get.',
    why: 'As libvirt does.',
    object: () => 'stop, or of a start that failed all of it',
    uses: () => ['audit'],
    times: 'at most once',
  },
};

/** What the kernel takes, and the rest of a record needs some of. @see kernel/audit.c, AUDIT_MESSAGE_TEXT_MAX */
const LONGEST = 8000;

const kindOf = (text: string): string => /\bresrc=(\S+)/.exec(text)?.[1] ?? '?';

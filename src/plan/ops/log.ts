import { unless } from './checks.ts';
import { supervise } from './places.ts';
import type { Records } from './record.ts';
import type { Path } from './values.ts';

/** What is kept of a container that nobody watches: files below /var/log/lxplain, which outlive it. */
export interface LogOps {
  'log.life': {
    readonly file: Path;
    readonly bytes: LogSize;
    /** The file of the container's group that counts processes which were killed for memory. */
    readonly memory?: Path;
  };
  'log.console': {
    /**
     * @minimum 0
     * @maximum 1048575
     */
    readonly console: number;
    readonly file: Path;
    readonly bytes: LogSize;
  };
}

/**
 * When a log has this size it becomes the old one, and a new one begins.
 * @minimum 1
 * @maximum 1073741824
 */
export type LogSize = number;

/** Where the older half of a log is. */
export const olderLog = (file: string): string => `${file}.1`;

const isFile = ({ file }: { readonly file: Path }): readonly string[] =>
  unless(!file.endsWith('/'), `${file} is no file`);

export const logOps: Records<LogOps> = {
  'log.life': {
    place: supervise,
    what: 'In the background: writes into a log that init has started, and how it ends: its status, whether it was told to, and how many processes were killed for memory.',
    why: '`lxplain logs` tells it, also when the container is gone. A log that cannot be written ends no container.',
    object: ({ file }) => file,
    times: 'at most once',
    after: { 'init.started': 'nobody knows yet that init runs' },
    before: { 'console.relay': 'init would have ended by then' },
    check: isFile,
  },
  'log.console': {
    place: supervise,
    what: 'In the background: keeps in a log, with the time, what is said on a console that nobody reads. A program in the foreground shows console 0.',
    why: '`lxplain logs` and `lxplain console --tail` show it; whoever writes to the console never waits for a reader.',
    object: ({ console, file }) => `console ${console} → ${file}`,
    key: ({ console }) => `console ${console}`,
    after: { 'init.started': 'nobody knows yet that init runs' },
    before: { 'console.relay': 'what is said would be lost' },
    check: isFile,
  },
};

import { outsideStage } from './capture.ts';
import { capture, confine, supervise } from './places.ts';
import type { Nothing, Records } from './record.ts';
import type { Id } from './values.ts';

/** The terminals of a container. */
export interface ConsoleOps {
  'console.create': {
    /**
     * @minimum 0
     * @maximum 1048575
     */
    readonly number: number;
    readonly uid: Id;
    /** Without an id map the terminal belongs to the group of devpts. */
    readonly gid?: Id;
  };
  'session.start': Nothing;
  'console.relay': {
    /**
     * @minimum 1
     * @maximum 1048575
     */
    readonly consoles: number;
    /**
     * How long init has to end after SIGTERM; 0: it is not asked.
     * @minimum 0
     * @maximum 86400
     */
    readonly graceSeconds: number;
  };
}

export const consoleOps: Records<ConsoleOps> = {
  'console.create': {
    place: capture,
    what: 'Opens a pseudo terminal of the container: the supervisor keeps the master.',
    why: 'It is what init reads and writes.',
    object: ({ number }) => `/dev/pts/${number}`,
    key: ({ number }) => `/dev/pts/${number}`,
    opens: ({ number }) => [`master${number}`, `slave${number}`],
    leadsNowhere: ({ number }) => [`slave${number}`],
    closedBy: 'init.reap',
    uses: () => ['devpts'],
    before: outsideStage,
  },
  'session.start': {
    place: confine,
    what: 'Starts a session with console 0 as its terminal and standard input, output and error.',
    why: 'Job control and ^C work on it.',
    uses: () => ['slave0'],
    times: 'once',
  },
  'console.relay': {
    place: supervise,
    what: 'Relays console 0 until init ends. SIGTERM asks init to end: systemd by SIGRTMIN+3, what reads initctl by its record, any other by SIGTERM if it takes that. It is killed when the time is over, at a second one, or at once if it cannot be asked; SIGINT, SIGHUP and SIGQUIT always kill it.',
    why: "It is the container's terminal.",
    object: ({ consoles, graceSeconds }) =>
      `${consoles} console${consoles === 1 ? '' : 's'}, killed ${
        graceSeconds === 0 ? 'at' : `${graceSeconds} s after`
      } SIGTERM`,
    times: 'once',
    after: {
      'init.started': 'nobody knows yet that init runs',
      'capture.close': 'the supervisor holds nothing of the container while that runs',
    },
  },
};

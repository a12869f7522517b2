import { eachOnce, LONGEST_STRING, MOST_STRINGS, unless } from './checks.ts';
import { execute, supervise } from './places.ts';
import type { Nothing, Records } from './record.ts';
import type { End, Text } from './values.ts';

/** init begins and ends. */
export interface ExecOps {
  exec: {
    readonly path: Text;
    readonly argv: readonly Text[];
    readonly environment: readonly Text[];
  };
  'init.started': Nothing;
  'init.reap': {
    /** @uniqueItems true */
    readonly restart: readonly End[];
  };
}

export const execOps: Records<ExecOps> = {
  exec: {
    place: execute,
    what: 'Executes init.',
    why: 'The container runs.',
    object: ({ argv }) => argv.join(' '),
    times: 'once',
    check: ({ path, argv, environment }) => [
      ...unless(path.startsWith('/'), `${path} is not an absolute path`),
      ...unless(argv.length > 0, 'the program has no name of its own'),
      ...unless(argv.length + environment.length < MOST_STRINGS, 'more arguments than are read'),
      ...unless(
        [...argv, ...environment].every((each) => Buffer.byteLength(each) < LONGEST_STRING),
        'an argument is longer than the kernel takes',
      ),
      ...environment
        .filter((each) => !/^[^=]+=/.test(each))
        .map((each) => `'${each}' is no variable with a value`),
      ...eachOnce(environment.map((each) => each.slice(0, each.indexOf('=')))),
    ],
  },
  'init.started': {
    place: supervise,
    what: 'Checks that init has really been executed, and says so.',
    why: 'A start is reported only when it has happened.',
    times: 'once',
  },
  'init.reap': {
    place: supervise,
    what: "Collects init's exit status.",
    why: "It becomes the program's own, or the container starts again, a tenth of a second later: after a reboot (reboot(2) inside, or SIGHUP), a poweroff (reboot(2), SIGINT, or exit status 0) or a crash (anything else), as the domain says.",
    object: ({ restart }) =>
      restart.length === 0 ? '' : `and start again after ${restart.join(', ')}`,
    times: 'once',
    after: {
      'init.started': 'nobody knows yet that init runs',
      'capture.close': 'the supervisor holds nothing of the container while that runs',
      'console.relay': 'the output of init would be lost',
    },
  },
};

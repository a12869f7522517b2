import { command, type Explanation, untested } from './explanation.ts';

/** Descriptors that are passed to init. */
export const descriptors = {
  'passed/invalid': {
    summary:
      'What stands behind `--pass-fds` is no list of descriptors. 0 to 2 are for the command itself.',
    example: command('lxplain create hello.xml --pass-fds three'),
    remedy: 'Give their numbers with commas between: `--pass-fds 3,4`.',
  },
  'passed/not-open': {
    summary: 'The descriptor was not given to the command by who called it.',
    example: command('lxplain create hello.xml --pass-fds 99'),
    remedy: 'Open it where the command is called: `lxplain create hello.xml --pass-fds 3 3<file`.',
  },
  'passed/directory': {
    summary:
      'A process that has a directory of the host open reaches every other one from there. What a container is to see of the host is a file system of its domain.',
    example: command('lxplain create hello.xml --pass-fds 3 3</'),
    remedy: 'Give it the directory as a `<filesystem>`, read-only if that is enough.',
  },
  'passed/other-count': {
    summary: 'The plan was made for another number of descriptors than it is given.',
    example: untested(
      'lxplain create plan.json --pass-fds 3,4 3<file 4<file',
      'it needs a plan that passes descriptors',
    ),
    remedy: 'Give as many as the step `descriptors.close` of the plan says.',
  },
  'passed/not-in-a-row': {
    summary:
      'A compiled program gets its descriptors from who runs it, as systemd gives them: from 3 on.',
    example: command('lxplain compile hello.xml -o hello --pass-fds 5'),
    remedy: 'Say how many there are: `--pass-fds 3,4` for two.',
  },
} as const satisfies Readonly<Record<string, Explanation>>;

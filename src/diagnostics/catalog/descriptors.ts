import { error } from '../diagnostic.ts';

export const descriptorsInvalid = (text: string, most: number) =>
  error(
    'passed/invalid',
    undefined,
    `'${text.slice(0, 80)}' is no list of descriptors: expected numbers from 3 on, each once and at most ${most}, such as 3,4`,
    { libvirt: `Unable to parse FD number '${text.slice(0, 80)}'` },
  );

export const descriptorNotGiven = (descriptor: number) =>
  error(
    'passed/not-open',
    undefined,
    `descriptor ${descriptor} is not open: who calls has to give it`,
    {
      help: `a shell gives it with a redirection, such as '${descriptor}<file'`,
      libvirt: `Cannot duplicate FD ${descriptor}: Bad file descriptor`,
    },
  );

export const descriptorIsDirectory = (descriptor: number) =>
  error(
    'passed/directory',
    undefined,
    `descriptor ${descriptor} is a directory: by it the container would reach all that is below and above it on the host`,
    { help: 'give the directory as a <filesystem>' },
  );

export const descriptorsOfPlan = (file: string, planned: number, given: number) =>
  error(
    'passed/other-count',
    undefined,
    `the plan of '${file}' passes ${planned} descriptors to init, and ${given} are given`,
    { help: 'give as many with --pass-fds' },
  );

export const descriptorsNotInARow = (text: string) =>
  error(
    'passed/not-in-a-row',
    undefined,
    `'${text.slice(0, 80)}': a compiled program gets descriptors as 3, 4, … from who runs it, as from systemd`,
    { help: 'expected 3, or 3,4, and so on' },
  );

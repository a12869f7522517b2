import { error, warning } from '../diagnostic.ts';
import type { Origin } from '../origin.ts';

export const profileNotReadable = (path: string, at: Origin) =>
  error('seccomp/not-readable', at, `the profile of system calls '${path}' cannot be read`, {
    help: 'it is a file of at most 1 MiB; for another machine make facts there, with the domain: lxplain facts FILE',
  });

/** `fault` with its line: `line 12: …`. */
export const profileBad = (path: string, fault: string, at: Origin) =>
  error('seccomp/bad-profile', at, `'${path}' is no profile of system calls: ${fault}`);

export const profileRefusesStart = (path: string, calls: readonly string[], at: Origin) =>
  error(
    'seccomp/refuses-start',
    at,
    `'${path}' refuses what a start itself needs: ${calls.join(', ')}`,
    { help: 'allow these calls: init has them, too' },
  );

export const profileTooLong = (path: string, length: number, at: Origin) =>
  error(
    'seccomp/too-long',
    at,
    `'${path}' becomes ${length} instructions: the kernel takes at most 4096`,
    { help: 'compare fewer arguments: each comparison takes up to seven' },
  );

export const profileUnknownCalls = (path: string, calls: readonly string[], at: Origin) =>
  warning(
    'seccomp/unknown-call',
    at,
    `'${path}' restricts calls that are not known here, and so not restricted: ${calls.join(', ')}`,
  );

export const limitTwice = (name: string, at: Origin) =>
  error('limit/twice', at, `the limit ${name} is given twice`);

export const limitAboveHard = (name: string, soft: string, hard: string, at: Origin) =>
  error('limit/above-hard', at, `the limit ${name} is ${soft}, above its hard limit of ${hard}`);

export const sysctlTwice = (name: string, at: Origin) =>
  error('sysctl/twice', at, `the setting ${name} is given twice`);

export const sysctlNotOfContainer = (name: string, at: Origin) =>
  error('sysctl/not-of-container', at, `${name} is a setting of the whole machine`, {
    help: 'set it on the host; a container has net.*, and of the rest kernel.shm*, kernel.msg*, kernel.sem and fs.mqueue.*',
  });

export const sysctlOfHost = (name: string, namespace: 'net' | 'ipc', at: Origin) =>
  error(
    'sysctl/of-host',
    at,
    `${name} would change the ${namespace === 'net' ? 'network of the host' : "other container's"}`,
    namespace === 'net'
      ? {
          help: 'give the container a network of its own: <interface> or <features><privnet/></features>',
        }
      : { help: 'leave <lxc:shareipc> out' },
  );

import { error, warning } from '../diagnostic.ts';
import { type Located, type Origin, spanOf } from '../origin.ts';

export const nameNotAFileName = (name: string, at: Origin) =>
  error(
    'name/not-a-file-name',
    at,
    `name '${name.slice(0, 64)}' cannot name a directory: expected 1 to 200 bytes without '/'`,
    name.includes('/') ? { libvirt: `XML error: name ${name} cannot contain '/'` } : {},
  );

/** @see sethostname(2) */
export const nameNotAHostName = (length: number, limit: number, at: Origin) =>
  error(
    'name/not-a-host-name',
    at,
    `the host name has ${length} letters, digits and hyphens of the name: expected at most ${limit}`,
  );

export const filesystemTypeUnsupported = (type: string, at: Origin) =>
  error(
    'filesystem/unsupported-type',
    at,
    `<filesystem type='${type}'> is not supported yet: expected mount, bind or ram`,
  );

export const consoleTypeUnsupported = (type: string, at: Origin) =>
  error(
    'console/unsupported-type',
    at,
    `<console type='${type}'> is not supported yet: expected pty`,
  );

export const identityUnsupported = (at: Origin) =>
  error('init/unsupported-identity', at, '<inituser> and <initgroup> are not supported yet');

/** `what` in the words of domain XML: `<interface type='bridge'>`. */
export const notSupportedYet = (what: string, at: Origin) =>
  error('domain/not-supported-yet', at, `${what} is not supported yet`);

export const rootNotMapped = (map: 'uid' | 'gid', at: Origin) =>
  error('idmap/root-not-mapped', at, `no <${map}> entry maps id 0 of the container`, {
    help: `add <${map} start='0' target='…' count='…'/>`,
  });

export const idsOutOfRange = (map: 'uid' | 'gid', last: number, at: Origin) =>
  error('idmap/out-of-range', at, `the <${map}> entry maps no id, or ids above ${last}`);

export const idsTwice = (map: 'uid' | 'gid', at: Origin, first: Origin) => {
  const span = spanOf(first);
  return error('idmap/overlap', at, `the <${map}> entry maps ids that an earlier one maps`, {
    notes: [{ message: 'the earlier one', ...(span === undefined ? {} : { span }) }],
  });
};

export const capabilityNotPermitted = (name: string, at: Origin) =>
  warning(
    'capability/not-permitted',
    at,
    `capability '${name}' is not among those this host can give`,
  );

export const targetNotAbsolute = (target: string, at: Origin) =>
  error(
    'filesystem/target-not-absolute',
    at,
    `target '${target}' is not absolute: expected a path that starts with '/'`,
  );

export const targetNotPlain = (target: string, at: Origin) =>
  error('filesystem/target-not-plain', at, `target '${target}' contains '..'`);

export const targetInKernel = (target: string, at: Origin) =>
  error(
    'filesystem/target-in-kernel',
    at,
    `target '${target}' lies in /proc or /sys: not supported with an id map`,
  );

export const targetTwice = (target: string, at: Origin, first: Origin | undefined) => {
  const span = first === undefined ? undefined : spanOf(first);
  return error('filesystem/target-twice', at, `target '${target}' is given twice`, {
    notes: [{ message: 'first given here', ...(span === undefined ? {} : { span }) }],
  });
};

/** Mounts are made in the order of the domain. */
export const targetCovered = (target: string, at: Origin, by: Located<string>) => {
  const span = spanOf(by.origin);
  return warning('filesystem/target-covered', at, `nothing will be seen of '${target}'`, {
    notes: [
      { message: `'${by.value}' is mounted over it`, ...(span === undefined ? {} : { span }) },
    ],
    help: 'list a file system behind those that it lies in',
  });
};

export const rootNotAMount = (type: string, at: Origin) =>
  error(
    'filesystem/root-not-a-mount',
    at,
    `the root file system has type '${type}': expected mount`,
  );

export const sourceNotAbsolute = (source: string, at: Origin) =>
  error(
    'filesystem/source-not-absolute',
    at,
    `source '${source}' is not absolute: expected a path that starts with '/'`,
  );

export const sourceMissing = (source: string, at: Origin) =>
  error('filesystem/source-missing', at, `source '${source}' does not exist on this host`);

export const missingOnHost = (what: string, name: string, at: Origin) =>
  warning('host/missing', at, `${what} '${name}' does not exist on this host`);

export const partitionNotPlain = (partition: string, at: Origin) =>
  error('resource/partition', at, `partition '${partition}' is not an absolute path without '..'`);

export const variableName = (name: string, at: Origin) =>
  error('init/variable-name', at, `variable '${name}' has no name that an environment can hold`);

export const lifecycleActionTakenAs = (action: string, other: string, at: Origin) =>
  warning(
    'lifecycle/taken-as',
    at,
    `'${action}' needs a virtual machine: taken as '${other}' for a container`,
  );

export const initMissing = (at: Origin) =>
  error('init/missing', at, 'no <init> in <os>: a container needs a program to run', {
    libvirt: 'XML error: init binary must be specified',
    help: 'add <init>/sbin/init</init>',
  });

export const initNotAbsolute = (init: string, at: Origin) =>
  error(
    'init/not-absolute',
    at,
    `init '${init}' is not absolute: expected a path that starts with '/'`,
  );

export const initMissingInRoot = (init: string, root: string, at: Origin) =>
  error('init/not-in-root', at, `init '${init}' does not exist in the root file system '${root}'`);

export const initIsDirectory = (init: string, at: Origin) =>
  error('init/is-a-directory', at, `init '${init}' is a directory: expected a program`);

export const kernelTooOld = (release: string) =>
  error('host/kernel-too-old', undefined, `kernel ${release} is too old: expected 5.12 or later`);

export const notRoot = (euid: number) =>
  error('host/not-root', undefined, `user ${euid} cannot start containers: expected root`);

export const noCgroups = (controller: string) =>
  error(
    'host/no-controller',
    undefined,
    `no cgroup hierarchy with the ${controller} controller is mounted`,
  );

export const archOfOtherMachine = (arch: string, host: string, at: Origin) =>
  error(
    'host/other-arch',
    at,
    `architecture '${arch}' does not run on this machine: expected ${host}`,
  );

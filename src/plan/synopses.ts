import type { PlanStep } from './plan.ts';

/** What an operation is and why a start needs it: one synopsis per op, as `explain` prints it. */
export interface Synopsis {
  readonly what: string;
  readonly why: string;
}

/** The closed list of operations. */
export const synopses: Readonly<Record<PlanStep['op'], Synopsis>> = {
  'process.harden': {
    what: 'Makes the supervisor undumpable, resets its umask and closes descriptors that it was not meant to have.',
    why: 'Nothing of the caller may leak into a container, and nobody may trace the supervisor.',
  },
  'signals.block': {
    what: 'Turns the signals that end or resize the supervisor into a descriptor to read.',
    why: 'A signal must not interrupt a step half-way.',
  },
  'state.lock': {
    what: 'Takes the lock on the name. Whoever holds it is the running container of that name.',
    why: 'Two containers of one name must not start; the kernel drops the lock with the process.',
  },
  'state.journal': {
    what: 'Writes into the lock file what there will be to undo, before the first effect.',
    why: 'If the supervisor is killed, `lxplain clean` reads it.',
  },
  'cgroup.enable': {
    what: 'Enables a controller for the children of the root of cgroup v2.',
    why: "Without it the container's group has no file for the limit.",
  },
  'cgroup.create': {
    what: "Makes the container's control group.",
    why: 'Limits and the device policy belong to a group.',
  },
  'cgroup.write': {
    what: 'Writes one setting of the control group.',
    why: 'The domain asked for this limit.',
  },
  'devices.policy': {
    what: 'Denies all devices to the group, then allows the listed ones.',
    why: 'Whatever node a process makes, it can open only these.',
  },
  'devices.attach': {
    what: 'Attaches the device list to the group as a BPF program.',
    why: 'cgroup v2 has no files for devices; the kernel asks this program.',
  },
  'cgroup.open': {
    what: 'Opens the file by which init will join the group.',
    why: "When init joins, no name leads to the host's cgroups any more.",
  },
  'capture.tree': {
    what: 'Opens a tree of the host as a detached mount.',
    why: "This is the last moment at which the host's path is resolved.",
  },
  'capture.tmpfs': {
    what: 'Makes a tmpfs that is attached nowhere yet.',
    why: 'It can be filled before any process of the container exists.',
  },
  'dev.node': {
    what: "Makes a device node in the container's /dev.",
    why: 'The container gets these devices and no others.',
  },
  'dev.link': {
    what: "Makes a symbolic link in the container's /dev.",
    why: 'Programs expect these names.',
  },
  'dev.directory': {
    what: "Makes a directory in the container's /dev.",
    why: 'devpts is attached there.',
  },
  'devpts.create': {
    what: 'Makes a private instance of devpts, detached.',
    why: "Terminals of the container must not be the host's.",
  },
  'console.create': {
    what: 'Opens a pseudo terminal of the container: the supervisor keeps the master.',
    why: 'It is what init reads and writes.',
  },
  'stage.enter': {
    what: 'Takes a mount namespace for the assembly.',
    why: 'Mounts made outside the user namespace are locked: container root cannot undo their flags.',
  },
  'stage.root': {
    what: 'Attaches the root tree at a private place of that namespace.',
    why: 'The tree needs a place while it is assembled.',
  },
  'stage.identity': {
    what: "Takes the file system identity of the container's root, or gives it back.",
    why: "What is created then belongs to it, and the kernel checks its rights, not the host's.",
  },
  'stage.point': {
    what: 'Creates a missing mount point, resolved inside the root.',
    why: 'A symbolic link in the root file system has nowhere else to point.',
  },
  'stage.attach': {
    what: 'Attaches a detached mount at a target resolved inside the root.',
    why: 'A symbolic link in the root file system has nowhere else to point.',
  },
  'stage.bind': {
    what: 'Shows a directory of the container at a second place.',
    why: 'The domain asked for it.',
  },
  'stage.detach': {
    what: "Detaches a mount of the host from the container's tree.",
    why: 'The container gets its own instead.',
  },
  'stage.readonly': {
    what: 'Makes the assembled root read-only.',
    why: 'The domain asked for it.',
  },
  'stage.leave': {
    what: "Goes back to the host's mount namespace.",
    why: 'init has its copy by now.',
  },
  'namespaces.create': {
    what: 'Clones the process that becomes init into its new namespaces.',
    why: 'This is where the container begins.',
  },
  'idmap.write': {
    what: 'Writes the map of ids of the new user namespace.',
    why: 'Only then has init an identity.',
  },
  'init.release': {
    what: 'Lets init go on.',
    why: 'Its maps are there.',
  },
  'init.wait': {
    what: 'Waits until the supervisor says go.',
    why: 'Nothing may happen before the maps are there.',
  },
  'identity.root': {
    what: 'Becomes root of the user namespace.',
    why: 'Until now init had no identity there.',
  },
  'cgroup.join': {
    what: 'Moves init into the control group.',
    why: 'By writing 0, for itself, which takes no global lock.',
  },
  'namespaces.unshare': {
    what: 'Takes further namespaces of its own.',
    why: "The cgroup namespace's root is the group joined just now.",
  },
  'propagation.stop': {
    what: 'Cuts the propagation of mounts to the host.',
    why: 'No mount of the container may reach the host.',
  },
  'mount.create': {
    what: 'Makes an instance of a file system that is attached later.',
    why: 'It takes a visible procfs or sysfs to make another one in a user namespace.',
  },
  'root.adopt': {
    what: 'Clones the assembled tree over itself.',
    why: 'pivot_root refuses a locked mount; the clone is not locked.',
  },
  'root.attach': {
    what: "Attaches the root tree over the host's root.",
    why: 'pivot_root needs it to be a mount of this namespace.',
  },
  'root.pivot': {
    what: "Makes the container's tree the root.",
    why: 'From here on no name leads to the host.',
  },
  'root.detach-old': {
    what: "Detaches the host's root.",
    why: 'Nothing of the host stays reachable.',
  },
  'mount.detach': {
    what: "Detaches a mount of the host from the container's tree.",
    why: 'The container gets its own instead.',
  },
  'mount.point': {
    what: 'Creates a missing mount point.',
    why: 'Something is attached there later.',
  },
  'mount.new': {
    what: 'Mounts a new instance of a file system.',
    why: 'Every container has its own.',
  },
  'mount.attach': {
    what: 'Attaches a detached mount.',
    why: 'The tree is complete with it.',
  },
  'mount.bind': {
    what: 'Shows a directory of the container at a second place, or itself with other flags.',
    why: 'It protects what lies below, or the domain asked for it.',
  },
  'mount.readonly': {
    what: 'Makes a mount read-only.',
    why: 'The domain asked for it.',
  },
  'mount.clone': {
    what: 'Keeps a writable view of a tree before that becomes read-only.',
    why: "The container's own network settings stay writable.",
  },
  'hostname.set': {
    what: 'Sets the host name.',
    why: 'It is the name of the domain.',
  },
  'loopback.up': {
    what: 'Brings the loopback interface up.',
    why: 'A new network namespace has it down.',
  },
  'session.start': {
    what: 'Starts a session with console 0 as its terminal and standard input, output and error.',
    why: 'Job control and ^C work on it.',
  },
  'signals.reset': {
    what: 'Gives all signals their default action.',
    why: 'Ignored signals would be inherited by init.',
  },
  'umask.set': {
    what: 'Sets the umask of init.',
    why: "init must not depend on the caller's.",
  },
  'directory.change': {
    what: "Changes to init's working directory.",
    why: '<initdir> asks for it.',
  },
  'capabilities.bound': {
    what: 'Removes capabilities from the bounding set.',
    why: 'No process of the container can get them back.',
  },
  'capabilities.set': {
    what: "Sets init's effective and permitted capabilities; the inheritable ones are empty.",
    why: 'init has what the policy gives and no more.',
  },
  'parent-death.signal': {
    what: 'Asks the kernel to kill init if the supervisor dies.',
    why: 'A container does not outlive its supervisor.',
  },
  'descriptors.close': {
    what: 'Closes every other descriptor.',
    why: "None of the host's may be left open.",
  },
  exec: {
    what: 'Executes init.',
    why: 'The container runs.',
  },
  'capture.close': {
    what: 'Closes the captured mounts and files.',
    why: 'init has what it needs; the supervisor holds nothing.',
  },
  'init.started': {
    what: 'Checks that init has really been executed, and says so.',
    why: 'A start is reported only when it has happened.',
  },
  'console.relay': {
    what: 'Relays console 0 until init ends.',
    why: "It is the container's terminal.",
  },
  'init.reap': {
    what: "Collects init's exit status.",
    why: "It becomes the program's own, or the container starts again, a tenth of a second later: after a reboot (reboot(2) inside, or SIGHUP), a poweroff (reboot(2), SIGINT, or exit status 0) or a crash (anything else), as the domain says.",
  },
  'cgroup.remove': {
    what: 'Removes the control group.',
    why: 'Nothing is left behind.',
  },
  'state.remove': {
    what: 'Removes the lock file and its directory.',
    why: 'Nothing is left behind; the name is free.',
  },
};

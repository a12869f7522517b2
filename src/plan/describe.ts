import { printable } from '../diagnostics/printable.ts';
import type { DeviceRule, PlanStep } from './plan.ts';

/** The devices by what may be done with them: `c 1:3 1:5 rwm, b *:* m`. */
function devices(rules: readonly DeviceRule[]): string {
  const kinds = new Map<string, string[]>();
  for (const { type, major, minor, access } of rules) {
    const kind = `${type} ${access}`;
    kinds.set(kind, [...(kinds.get(kind) ?? []), `${major}:${minor}`]);
  }
  const groups = [...kinds].map(([kind, numbers]) => {
    const [type, access] = kind.split(' ');
    return `${type} ${numbers.join(' ')} ${access}`;
  });
  return groups.length === 0 ? 'no device' : `only ${groups.join(', ')}`;
}

/** What counts comes first: a line that is cut loses the end of the path. */
function setting(file: string, value: string): string {
  const slash = file.lastIndexOf('/');
  return `${file.slice(slash + 1)} ← ${value} in ${file.slice(0, slash)}`;
}

/** The operation and its object in one line, which a terminal may show: `mount.attach /dev`. */
export function describe(step: PlanStep): string {
  const object = printable(objectOf(step));
  return object === '' ? step.op : `${step.op} ${object}`;
}

/** What the operation is done to. */
export function objectOf(step: PlanStep): string {
  switch (step.op) {
    case 'state.lock':
    case 'state.remove':
      return step.directory;
    case 'state.journal':
      return `${step.lines.length} effects to undo`;
    case 'cgroup.enable':
    case 'cgroup.write':
      return setting(step.file, step.value);
    case 'cgroup.create':
    case 'cgroup.remove':
    case 'cgroup.open':
    case 'cgroup.join':
    case 'directory.change':
      return step.path;
    case 'devices.policy':
    case 'devices.attach':
      return `${devices(step.rules)} in ${step.path}`;
    case 'capture.tree':
      return `${step.source}${step.recursive ? ' and all below' : ''}${step.readOnly ? ', read-only' : ''}`;
    case 'capture.tmpfs':
      return `${step.source} ${Object.entries(step.options)
        .map(([key, value]) => `${key}=${value}`)
        .join(',')}`;
    case 'dev.node':
      return `/dev/${step.name} ${step.type} ${step.major}:${step.minor} ${step.mode}`;
    case 'dev.link':
      return `/dev/${step.name} → ${step.target}`;
    case 'dev.directory':
      return `/dev/${step.name}`;
    case 'devpts.create':
      return `a private instance, gid ${step.gid}`;
    case 'console.create':
      return `/dev/pts/${step.number}`;
    case 'stage.root':
    case 'root.adopt':
      return step.at;
    case 'stage.identity':
      return `uid ${step.uid} gid ${step.gid}`;
    case 'stage.point':
    case 'mount.point':
      return step.type === 'file' ? `${step.path} (file)` : step.path;
    case 'stage.attach':
    case 'mount.attach':
      return step.target;
    case 'stage.bind':
    case 'mount.bind':
      return `${step.source} on ${step.target}${step.readOnly ? ', read-only' : ''}`;
    case 'stage.detach':
    case 'mount.detach':
      return step.target;
    case 'namespaces.create':
    case 'namespaces.unshare':
      return step.namespaces.join(' ');
    case 'idmap.write':
      return `${step.map}: ${step.lines.join(', ')}`;
    case 'mount.create':
      return `${step.type} ${step.attributes.join(',')}`;
    case 'mount.new':
      return `${step.type} on ${step.target} ${step.attributes.join(',')}`;
    case 'mount.readonly':
      return `${step.target}${step.recursive ? ' and all below' : ''}`;
    case 'mount.clone':
      return step.source;
    case 'hostname.set':
      return step.name;
    case 'umask.set':
      return step.mask;
    case 'capabilities.bound': {
      const names = [...step.drop, ...step.unknown.map(String)];
      if (names.length === 0) return 'nothing dropped';
      return `without ${names.length > 6 ? `${names.length}: ` : ''}${names.join(' ')}`;
    }
    case 'capabilities.set':
      return step.mask;
    case 'descriptors.close':
      return `${step.from} and above`;
    case 'exec':
      return step.argv.join(' ');
    case 'capture.close':
      return step.handles.join(' ');
    case 'console.relay':
      return `${step.consoles} console${step.consoles === 1 ? '' : 's'}`;
    case 'init.reap':
      return step.restart.length === 0 ? '' : `and start again after ${step.restart.join(', ')}`;
    default:
      return '';
  }
}

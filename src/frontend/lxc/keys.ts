import type { LossReason } from '../../diagnostics/catalog/ledger.ts';
import type { ValueKind } from './values.ts';

/** What it means that a key is lost. */
type Concern = LossReason['concern'];

/** What becomes of a key in domain XML. */
export type Becomes =
  /** An element, which virsh writes too. */
  | { readonly kind: 'element'; readonly element: string }
  /** An element, which virsh leaves out: only with `--full`. */
  | { readonly kind: 'full'; readonly element: string; readonly concern: Concern }
  /** Nothing: libvirt does so anyway, or it means nothing to a container there. */
  | { readonly kind: 'unneeded'; readonly reason: string }
  | { readonly kind: 'lost'; readonly reason: string; readonly concern: Concern };

export interface KeySpec {
  /** Today's name (lxc 3 and later). `*` stands for the rest, `N` for a number. */
  readonly key: string;
  /** The name of lxc 1 and 2, where it was another. */
  readonly legacy?: string;
  readonly value: ValueKind;
  /** Whether each line adds to the list; else the last one counts. An empty value clears either. */
  readonly list: boolean;
  readonly becomes: Becomes;
}

interface Form {
  /** What it means that virsh leaves it out. */
  readonly concern?: Concern;
  readonly legacy?: string;
  readonly value?: ValueKind;
  readonly list?: boolean;
}

const spec = (key: string, becomes: Becomes, { legacy, value, list }: Form): KeySpec => ({
  key,
  value: value ?? 'text',
  list: list ?? false,
  ...(legacy === undefined ? {} : { legacy }),
  becomes,
});
const element = (key: string, name: string, form: Form = {}) =>
  spec(key, { kind: 'element', element: name }, form);
const full = (key: string, name: string, form: Form = {}) =>
  spec(key, { kind: 'full', element: name, concern: form.concern ?? 'behaviour' }, form);
const unneeded = (key: string, reason: string, form: Form = {}) =>
  spec(key, { kind: 'unneeded', reason }, form);
const lost = (key: string, concern: Concern, reason: string, form: Form = {}) =>
  spec(key, { kind: 'lost', reason, concern }, form);

const list = true;
const concern = 'security';
const NO_SECCOMP = 'no filter of system calls asks a program here';
const NO_HOOKS = 'domain XML has no hooks: a script in /etc/libvirt/hooks/lxc can do some of it';
const NO_CGROUP_PATH = 'libvirt places the cgroup of a container itself';
const NO_SIGNAL = 'libvirt asks init by its initctl, or with SIGTERM and SIGHUP';
const NO_LOG = 'where libvirt logs is a setting of its daemon';
const NO_CONSOLE_LOG = "libvirt's containers have no console log";

/**
 * Every key that lxc 5.0 and 6.0 read, and their names in lxc 1 and 2.
 * @see lxc.container.conf(5); lxc 5.0, src/lxc/confile.c, config_jump_table; lxc-update-config(1)
 */
export const keys: readonly KeySpec[] = [
  full('lxc.include', 'the file in its place', { list, concern }),
  element('lxc.uts.name', '<name>', { legacy: 'lxc.utsname', value: 'hostName' }),
  element('lxc.arch', "<type arch='…'>"),
  element('lxc.rootfs.path', "<filesystem> with target '/'", { legacy: 'lxc.rootfs' }),
  full('lxc.rootfs.options', '<readonly/>', { concern, value: 'rootOptions' }),
  unneeded('lxc.rootfs.mount', 'libvirt mounts the root elsewhere'),
  lost('lxc.rootfs.managed', 'behaviour', 'libvirt never changes the storage', { value: 'flag' }),
  element('lxc.rootfs.backend', 'the prefix of lxc.rootfs.path', { legacy: 'lxc.rootfs.backend' }),
  full('lxc.mount.fstab', '<filesystem>', { legacy: 'lxc.mount' }),
  element('lxc.mount.entry', '<filesystem>', { list }),
  element('lxc.mount.auto', 'nothing: libvirt mounts /proc and /sys itself', { list }),
  element('lxc.net.N.*', '<interface>, <hostdev> or <privnet/>', { legacy: 'lxc.network.*' }),
  element('lxc.tty.max', '<console>', { legacy: 'lxc.tty', value: 'count' }),
  lost('lxc.tty.dir', 'behaviour', 'terminals are /dev/ttyN', {
    legacy: 'lxc.devttydir',
    value: 'name255',
  }),
  unneeded('lxc.pty.max', 'libvirt always makes a devpts of its own', {
    legacy: 'lxc.pts',
    value: 'count',
  }),
  element('lxc.idmap', '<idmap>', { legacy: 'lxc.id_map', list }),
  element('lxc.cap.drop', '<capabilities>', { list }),
  full('lxc.cap.keep', "<capabilities policy='deny'>", { list, concern }),
  element('lxc.cgroup.*', '<memtune>, <cputune>, <numatune>, <vcpu> and <blkiotune>', { list }),
  full('lxc.cgroup2.*', '<memtune>, <cputune>, <numatune>, <vcpu> and <blkiotune>', { list }),
  lost('lxc.cgroup.dir', 'behaviour', NO_CGROUP_PATH, { value: 'relativePath' }),
  lost('lxc.cgroup.dir.container', 'behaviour', NO_CGROUP_PATH, { value: 'relativePath' }),
  lost('lxc.cgroup.dir.container.inner', 'behaviour', NO_CGROUP_PATH, { value: 'fileName' }),
  lost('lxc.cgroup.dir.monitor', 'behaviour', NO_CGROUP_PATH, { value: 'relativePath' }),
  lost('lxc.cgroup.dir.monitor.pivot', 'behaviour', NO_CGROUP_PATH, { value: 'relativePath' }),
  lost('lxc.cgroup.relative', 'behaviour', NO_CGROUP_PATH, { value: 'flag' }),
  full('lxc.init.cmd', '<init> and <initarg>', { legacy: 'lxc.init_cmd' }),
  full('lxc.init.cwd', '<initdir>'),
  full('lxc.init.uid', '<inituser>', { legacy: 'lxc.init_uid', value: 'count' }),
  full('lxc.init.gid', '<initgroup>', { legacy: 'lxc.init_gid', value: 'count' }),
  lost('lxc.init.groups', 'security', 'domain XML has no supplementary groups', {
    list,
    value: 'groups',
  }),
  full('lxc.execute.cmd', '<init> and <initarg>, if there is no lxc.init.cmd'),
  full('lxc.environment', '<initenv>', { list }),
  full('lxc.environment.runtime', '<initenv>', { list }),
  lost('lxc.environment.hooks', 'behaviour', NO_HOOKS, { list }),
  full('lxc.namespace.share.*', '<lxc:namespace>'),
  full('lxc.namespace.keep', 'no <privnet/>, for net', { list, value: 'namespaces' }),
  lost('lxc.namespace.clone', 'behaviour', 'libvirt chooses the namespaces', {
    list,
    value: 'namespaces',
  }),
  full('lxc.apparmor.profile', "<seclabel model='apparmor'>", {
    legacy: 'lxc.aa_profile',
    concern,
  }),
  lost('lxc.apparmor.allow_incomplete', 'security', 'libvirt has no such choice', {
    legacy: 'lxc.aa_allow_incomplete',
    value: 'flag',
  }),
  lost('lxc.apparmor.allow_nesting', 'security', 'libvirt has no such choice', { value: 'flag' }),
  lost('lxc.apparmor.raw', 'security', 'libvirt adds no rules to a profile', { list }),
  full('lxc.selinux.context', "<seclabel model='selinux'>", { legacy: 'lxc.se_context', concern }),
  lost('lxc.selinux.context.keyring', 'security', 'domain XML has no context for keyrings'),
  element('lxc.keyring.session', 'nothing: libvirt makes no session keyring', { value: 'flag' }),
  full('lxc.seccomp.profile', '<lxplain:security seccomp>', { legacy: 'lxc.seccomp', concern }),
  unneeded('lxc.seccomp.allow_nesting', 'a filter is always added to those that are there', {
    value: 'flag',
  }),
  lost('lxc.seccomp.notify.proxy', 'security', NO_SECCOMP, { value: 'socket' }),
  lost('lxc.seccomp.notify.cookie', 'security', NO_SECCOMP),
  full('lxc.no_new_privs', '<lxplain:security no_new_privs>', { value: 'flag', concern }),
  full('lxc.prlimit.*', '<lxplain:limit>', {
    legacy: 'lxc.limit.*',
    value: 'limit',
  }),
  full('lxc.sysctl.*', '<lxplain:sysctl>'),
  lost('lxc.proc.*', 'behaviour', 'domain XML sets nothing in /proc of init', { list }),
  lost('lxc.sched.core', 'security', 'domain XML has no core scheduling', { value: 'flag' }),
  lost('lxc.time.offset.boot', 'behaviour', 'domain XML has no time namespace', {
    value: 'duration',
  }),
  lost('lxc.time.offset.monotonic', 'behaviour', 'domain XML has no time namespace', {
    value: 'duration',
  }),
  unneeded('lxc.autodev', 'libvirt always fills a /dev of its own', { value: 'flag' }),
  lost('lxc.autodev.tmpfs.size', 'behaviour', 'libvirt sizes /dev itself'),
  unneeded('lxc.kmsg', 'lxc itself has dropped this key', { legacy: 'lxc.kmsg' }),
  unneeded('lxc.pivotdir', 'lxc itself has dropped this key', { legacy: 'lxc.pivotdir' }),
  lost('lxc.console.path', 'behaviour', "a container's console is a terminal that libvirt makes", {
    legacy: 'lxc.console',
  }),
  lost('lxc.console.logfile', 'behaviour', NO_CONSOLE_LOG, { legacy: 'lxc.console.logfile' }),
  lost('lxc.console.buffer.size', 'behaviour', NO_CONSOLE_LOG, { value: 'byteSize' }),
  lost('lxc.console.size', 'behaviour', NO_CONSOLE_LOG, { value: 'byteSize' }),
  lost('lxc.console.rotate', 'behaviour', NO_CONSOLE_LOG, { value: 'flag' }),
  lost('lxc.signal.halt', 'behaviour', NO_SIGNAL, { legacy: 'lxc.haltsignal', value: 'signal' }),
  lost('lxc.signal.reboot', 'behaviour', NO_SIGNAL, {
    legacy: 'lxc.rebootsignal',
    value: 'signal',
  }),
  lost('lxc.signal.stop', 'behaviour', NO_SIGNAL, { legacy: 'lxc.stopsignal', value: 'signal' }),
  ...['pre-start', 'pre-mount', 'mount', 'autodev', 'start-host', 'start', 'stop', 'post-stop'].map(
    (hook) => lost(`lxc.hook.${hook}`, 'behaviour', NO_HOOKS, { list }),
  ),
  lost('lxc.hook.clone', 'behaviour', NO_HOOKS, { list }),
  lost('lxc.hook.destroy', 'behaviour', NO_HOOKS, { list }),
  lost('lxc.hook.version', 'behaviour', NO_HOOKS, { value: 'flag' }),
  lost('lxc.start.auto', 'behaviour', 'outside of the XML: use virsh autostart', { value: 'flag' }),
  lost('lxc.start.delay', 'behaviour', 'libvirt starts all at once', { value: 'count' }),
  lost('lxc.start.order', 'behaviour', 'libvirt starts all at once', { value: 'integer' }),
  lost('lxc.group', 'behaviour', 'libvirt has no groups of containers', { list }),
  lost('lxc.ephemeral', 'behaviour', 'use virsh create, which forgets the domain when it ends', {
    value: 'flag',
  }),
  lost('lxc.monitor.unshare', 'behaviour', 'libvirt_lxc has a mount namespace of its own', {
    value: 'count',
  }),
  lost('lxc.monitor.signal.pdeath', 'behaviour', 'libvirt has no such choice', { value: 'signal' }),
  lost('lxc.log.level', 'behaviour', NO_LOG, { legacy: 'lxc.loglevel', value: 'level' }),
  lost('lxc.log.file', 'behaviour', NO_LOG, { legacy: 'lxc.logfile' }),
  lost('lxc.log.syslog', 'behaviour', NO_LOG, { legacy: 'lxc.syslog', value: 'facility' }),
];

/** Keys of the network groups, behind `lxc.net.N.` and `lxc.network.`. */
export const networkKeys: readonly KeySpec[] = [
  element('type', 'the kind of the device'),
  element('link', '<source>', { value: 'interfaceName' }),
  element('flags', '<link>'),
  element('hwaddr', '<mac>'),
  element('name', '<guest>', { value: 'interfaceName' }),
  element('mtu', '<mtu>'),
  element('veth.pair', '<target>', { value: 'interfaceName' }),
  element('macvlan.mode', "<source mode='…'>"),
  element('vlan.id', 'the number in the name of the interface', { value: 'u16' }),
  element('ipv4.address', '<ip>', { legacy: 'ipv4', list }),
  element('ipv6.address', '<ip>', { legacy: 'ipv6', list }),
  element('ipv4.gateway', '<route>'),
  element('ipv6.gateway', '<route>'),
  lost('script.up', 'behaviour', 'libvirt runs no scripts for the interfaces of a container'),
  lost('script.down', 'behaviour', 'libvirt runs no scripts for the interfaces of a container'),
  lost('l2proxy', 'behaviour', 'domain XML has no neighbour proxy', { value: 'flag' }),
  lost('ipvlan.mode', 'behaviour', 'domain XML has no ipvlan', { value: 'ipvlanMode' }),
  lost('ipvlan.isolation', 'behaviour', 'domain XML has no ipvlan', { value: 'ipvlanIsolation' }),
  lost('veth.mode', 'behaviour', 'domain XML has no router mode', { value: 'vethMode' }),
  lost('veth.ipv4.route', 'behaviour', 'domain XML adds no routes on the host', {
    list,
    value: 'route4',
  }),
  lost('veth.ipv6.route', 'behaviour', 'domain XML adds no routes on the host', {
    list,
    value: 'route6',
  }),
  lost('veth.vlan.id', 'behaviour', 'libvirt has VLANs on Open vSwitch bridges only', {
    value: 'vlanId',
  }),
  lost('veth.vlan.tagged.id', 'behaviour', 'libvirt has VLANs on Open vSwitch bridges only', {
    list,
    value: 'taggedId',
  }),
  lost('veth.n_rxqueues', 'behaviour', 'domain XML has no queues for veth devices', {
    value: 'queues',
  }),
  lost('veth.n_txqueues', 'behaviour', 'domain XML has no queues for veth devices', {
    value: 'queues',
  }),
];

export type Generation = 'legacy' | 'current';

/** A key as it stands in a config. */
export interface Found {
  readonly spec: KeySpec;
  /** Today's name, with what stands for `*` in it. The number of a network group is not in it. */
  readonly key: string;
  /** Not there for keys that have had one name only. */
  readonly generation?: Generation;
}

const exact = new Map<string, Found>();
const families: { readonly prefix: string; readonly found: Found }[] = [];
for (const each of keys) {
  const { key, legacy } = each;
  const renamed = legacy !== undefined && legacy !== key;
  add(key, key, each, renamed ? 'current' : undefined);
  if (legacy !== undefined && renamed) add(legacy, key, each, 'legacy');
}

function add(name: string, key: string, found: KeySpec, generation: Generation | undefined): void {
  const entry: Found = { spec: found, key, ...(generation === undefined ? {} : { generation }) };
  if (!name.endsWith('*')) exact.set(name, entry);
  else if (!name.startsWith('lxc.net')) families.push({ prefix: name.slice(0, -1), found: entry });
}

/** A key outside of the network groups; undefined if lxc does not know it. */
export function findKey(name: string): Found | undefined {
  const found = exact.get(name);
  if (found !== undefined) return found;
  const family = families.find(({ prefix }) => name.startsWith(prefix) && name !== prefix);
  if (family === undefined) return undefined;
  const rest = name.slice(family.prefix.length);
  return { ...family.found, key: family.found.key.slice(0, -1) + rest };
}

const networkByName = new Map<string, KeySpec>();
for (const each of networkKeys) {
  networkByName.set(each.key, each);
  if (each.legacy !== undefined) networkByName.set(each.legacy, each);
}

/** A key of a network group, by what stands behind `lxc.net.N.` or `lxc.network.`. */
export const findNetworkKey = (name: string): KeySpec | undefined => networkByName.get(name);

/** All names, for "did you mean". */
export const allNames: readonly string[] = [
  ...exact.keys(),
  ...networkKeys.flatMap(({ key }) => [`lxc.net.0.${key}`]),
];

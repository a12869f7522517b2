import {
  alwaysSo,
  archUnknownToLxc,
  argumentsWithBlanks,
  defaultPolicy,
  inComment,
  noKey,
  noLifecycle,
  numberNeeded,
  profileOfOtherFormat,
  settingsReadOnly,
  withoutEffect,
} from '../diagnostics/catalog/ledger.ts';
import type { LedgerEntry } from '../diagnostics/ledger.ts';
import type { Capabilities, Domain, Os, SharedNamespace } from '../ir/domain.ts';
import { BUILTIN, extensionOf, isOnly } from '../ir/extension.ts';
import type { Metadata } from '../ir/metadata.ts';
import { writeDevices } from './lxc-conf/devices.ts';
import { writeLimits } from './lxc-conf/limits.ts';
import { writeMounts } from './lxc-conf/mounts.ts';
import { writeNetwork } from './lxc-conf/network.ts';
import { type CgroupVersions, type ConfHost, ConfWriter } from './lxc-conf/writer.ts';

export interface LxcConfOptions {
  readonly cgroups: CgroupVersions;
  readonly host: ConfHost;
}

/**
 * A domain as a config that lxc-tools 5 reads, and what it does not say of it.
 * @see lxc.container.conf(5)
 */
export function printLxcConf(
  domain: Domain,
  file: string,
  { cgroups, host }: LxcConfOptions,
): { readonly text: string; readonly ledger: readonly LedgerEntry[] } {
  const out = new ConfWriter(file);
  writeIdentity(out, domain);
  writeOs(out, domain.os);
  writeMounts(out, domain, host);
  out.set('lxc.mount.auto', 'proc:mixed sys:ro cgroup:mixed', 'domain', domain.origin);
  out.set('lxc.autodev', '1', 'domain', domain.origin);
  out.set('lxc.pty.max', '1024', 'domain', domain.origin);
  writeConsoles(out, domain);
  writeNetwork(out, domain);
  writeDevices(out, domain, cgroups, host);
  writeLimits(out, domain, cgroups);
  writeRights(out, domain);
  tellTheRest(out, domain);
  return { text: out.text, ledger: out.ledger };
}

function writeIdentity(
  out: ConfWriter,
  { name, uuid, title, description, metadata }: Domain,
): void {
  for (const [element, part] of Object.entries({ title, description, uuid })) {
    if (part === undefined) continue;
    out.comment(`${element}: ${part.value}`);
    out.unneeded(`<${element}>`, part.origin, inComment);
  }
  writeExtension(out, metadata);
  if (metadata !== undefined && !isOnly(metadata, ['security', 'limit', 'sysctl']))
    out.lost('<metadata>', metadata.origin, noKey('notes of programs'));
  out.set('lxc.uts.name', name.value, '<name>', name.origin);
}

/** What of our own namespace lxc has a key for. */
function writeExtension(out: ConfWriter, metadata: Metadata | undefined): void {
  const asked = extensionOf(metadata);
  if (asked === undefined) return;
  const { noNewPrivs, seccomp, limits, sysctls } = asked;
  if (noNewPrivs !== undefined)
    out.set('lxc.no_new_privs', '1', '<lxplain:security>', noNewPrivs.origin);
  if (seccomp !== undefined) {
    const isJson = seccomp.value === BUILTIN || seccomp.value.endsWith('.json');
    const { value, origin } = seccomp;
    if (isJson) out.lost('<lxplain:security seccomp>', origin, profileOfOtherFormat);
    else out.set('lxc.seccomp.profile', value, '<lxplain:security seccomp>', origin);
  }
  for (const { name, soft, hard, origin } of limits)
    out.set(`lxc.prlimit.${name}`, `${soft}:${hard}`, '<lxplain:limit>', origin);
  for (const { name, origin } of sysctls)
    out.lost(`<lxplain:sysctl name='${name}'>`, origin, settingsReadOnly);
}

const ARCHS: ReadonlySet<string> = new Set(
  'i686 x86_64 armv7l aarch64 mips mipsel mips64 mips64el ppc ppc64 ppc64le riscv64 s390x'.split(
    ' ',
  ),
);

function writeOs(out: ConfWriter, os: Os): void {
  const { arch, init, initArgs, initEnv, initDir, initUser, initGroup, cmdline } = os;
  if (arch !== undefined && ARCHS.has(arch.value)) {
    out.set('lxc.arch', arch.value, "<type arch='…'>", arch.origin);
  } else if (arch !== undefined) {
    out.lost("<type arch='…'>", arch.origin, archUnknownToLxc(arch.value));
  }
  if (init !== undefined && (init.value !== '/sbin/init' || initArgs.length > 0)) {
    const command = [init, ...initArgs].map(({ value }) => value);
    const fits = command.every((word) => word !== '' && !word.includes(' '));
    if (fits) out.set('lxc.init.cmd', command.join(' '), '<init>', init.origin);
    else out.lost('<init>', init.origin, argumentsWithBlanks);
  }
  if (initDir !== undefined) out.set('lxc.init.cwd', initDir.value, '<initdir>', initDir.origin);
  for (const [key, element, id] of [
    ['lxc.init.uid', '<inituser>', initUser],
    ['lxc.init.gid', '<initgroup>', initGroup],
  ] as const) {
    if (id === undefined) continue;
    const number = id.value === 'root' ? '0' : /^\+?(\d{1,10})$/.exec(id.value)?.[1];
    if (number === undefined) out.lost(element, id.origin, numberNeeded(id.value));
    else out.set(key, String(Number(number)), element, id.origin);
  }
  for (const { name, value, origin } of initEnv) {
    out.set('lxc.environment', `${name}=${value}`, '<initenv>', origin);
  }
  if (cmdline !== undefined) out.lost('<cmdline>', cmdline.origin, noKey('LIBVIRT_LXC_CMDLINE'));
}

function writeConsoles(out: ConfWriter, { consoles, origin }: Domain): void {
  const terminals = consoles.filter(({ type }) => type === 'pty');
  for (const each of consoles) {
    if (each.type !== 'pty')
      out.lost('<console>', each.origin, noKey(`consoles of type ${each.type}`));
  }
  out.set('lxc.tty.max', String(terminals.length), '<console>', origin);
  if (terminals.length === 0) out.set('lxc.console.path', 'none', '<console>', origin);
}

/** What libvirt drops with the policy `default`. @see libvirt 9.0, src/lxc/lxc_container.c, lxcContainerDropCapabilities */
const DEFAULT_DROPS = ['audit_control', 'mac_admin', 'mknod', 'sys_module', 'sys_time'];

function writeRights(
  out: ConfWriter,
  { idmap, features, seclabels, namespace, origin }: Domain,
): void {
  out.section('rights');
  for (const map of ['uid', 'gid'] as const) {
    for (const { start, target, count, origin: at } of idmap?.[map] ?? []) {
      out.set('lxc.idmap', `${map.charAt(0)} ${start} ${target} ${count}`, `<${map}>`, at);
    }
  }
  writeCapabilities(out, features.capabilities ?? { policy: 'default', states: [], origin });
  for (const label of seclabels) {
    const key = label.model === 'selinux' ? 'lxc.selinux.context' : 'lxc.apparmor.profile';
    const isKnown = label.model === 'selinux' || label.model === 'apparmor';
    if (!isKnown) out.lost('<seclabel>', label.origin, noKey(`the model ${label.model ?? 'none'}`));
    else if (label.type === 'static') out.set(key, label.label, '<seclabel>', label.origin);
    else if (label.type === 'none') out.set(key, 'unconfined', '<seclabel>', label.origin);
    else out.lost('<seclabel>', label.origin, noKey('labels made at the start'));
  }
  for (const name of ['net', 'ipc', 'uts'] as const) {
    const shared = namespace?.[`share${name}`];
    if (shared === undefined || shared.type === 'none') continue;
    out.set(`lxc.namespace.share.${name}`, sharedFrom(shared), `<lxc:share${name}>`, shared.origin);
  }
}

const sharedFrom = ({ type, value }: SharedNamespace): string =>
  type === 'netns' ? `/run/netns/${value}` : value;

function writeCapabilities(out: ConfWriter, { policy, states, origin }: Capabilities): void {
  const names = (state: 'on' | 'off') =>
    states.filter((each) => each.state === state).map(({ name }) => name as string);
  const [on, off] = [names('on'), names('off')];
  const element = '<capabilities>';
  if (policy === 'deny') {
    out.set('lxc.cap.keep', on.length === 0 ? 'none' : on.join(' '), element, origin);
    return;
  }
  if (policy === 'default') out.changed(element, origin, defaultPolicy);
  const byDefault = policy === 'default' ? DEFAULT_DROPS.filter((name) => !on.includes(name)) : [];
  const dropped = [...new Set([...byDefault, ...off])];
  if (dropped.length > 0) out.set('lxc.cap.drop', dropped.join(' '), element, origin);
}

/** What lxc has no word for, or no need of one. */
function tellTheRest(out: ConfWriter, domain: Domain): void {
  const { resource, clock, onPoweroff, onReboot, onCrash, onLockFailure, emulator } = domain;
  if (emulator !== undefined) out.unneeded('<emulator>', emulator.origin, withoutEffect);
  if (resource !== undefined) out.lost('<resource>', resource.origin, noKey('partitions'));
  if (clock !== undefined && (clock.offset !== 'utc' || clock.timers.length > 0)) {
    out.lost('<clock>', clock.origin, noKey('clocks'));
  }
  for (const [element, action, usual] of [
    ['<on_poweroff>', onPoweroff, 'destroy'],
    ['<on_reboot>', onReboot, 'restart'],
    ['<on_crash>', onCrash, 'destroy'],
    ['<on_lockfailure>', onLockFailure, ''],
  ] as const) {
    if (action === undefined) continue;
    if (action.value === usual) out.unneeded(element, action.origin, alwaysSo);
    else out.lost(element, action.origin, noLifecycle(action.value));
  }
  for (const { name, origin } of [...(domain.kept ?? []), ...(domain.keptDevices ?? [])]) {
    out.unneeded(`<${name}>`, origin, withoutEffect);
  }
}

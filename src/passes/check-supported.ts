import {
  consoleTypeUnsupported,
  filesystemTypeUnsupported,
  identityUnsupported,
  notSupportedYet,
} from '../diagnostics/catalog/passes.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Origin } from '../diagnostics/origin.ts';
import type { Domain } from '../ir/domain.ts';

const runnable: readonly string[] = ['mount', 'bind', 'ram'];

/** What the domain may say and this version cannot do yet is an error, never skipped. */
export function checkSupported(domain: Domain): readonly Diagnostic[] {
  return [
    ...domain.filesystems
      .filter(({ kind }) => !runnable.includes(kind))
      .map(({ kind, origin }) => filesystemTypeUnsupported(kind, origin)),
    ...domain.consoles
      .filter(({ type }) => type !== 'pty')
      .map(({ type, origin }) => consoleTypeUnsupported(type, origin)),
    ...[domain.os.initUser, domain.os.initGroup]
      .filter((identity) => identity !== undefined)
      .map(({ origin }) => identityUnsupported(origin)),
    ...tuning(domain).flatMap(present),
    ...devices(domain).map(([what, origin]) => notSupportedYet(what, origin)),
  ];
}

type Part = readonly [what: string, at: { readonly origin: Origin } | undefined];

const present = ([what, at]: Part): readonly Diagnostic[] =>
  at === undefined ? [] : [notSupportedYet(what, at.origin)];

function tuning({ vcpu, cputune, blkiotune, numatune, ...domain }: Domain): readonly Part[] {
  const timers = domain.clock?.offset === 'localtime' ? domain.clock.timers : [];
  return [
    ["attribute 'cpuset' of <vcpu>", vcpu?.cpuset],
    ["<vcpu placement='auto'>", vcpu?.placement === 'auto' ? vcpu : undefined],
    ['<shares>', cputune?.shares],
    ['<period>', cputune?.periodUs],
    ['<quota>', cputune?.quotaUs],
    ['<blkiotune>', blkiotune],
    ['<numatune>', numatune?.memory?.mode === 'strict' ? undefined : numatune?.memory],
    ['<fibrechannel>', domain.resource?.fibrechannelAppid],
    ['<lxc:namespace>', domain.namespace],
    ...timers
      .filter(({ name, present }) => (name === 'rtc' || name === 'hpet') && present !== false)
      .map((timer): Part => [`<timer name='${timer.name}'>`, timer]),
  ];
}

function devices(domain: Domain): readonly (readonly [what: string, origin: Origin])[] {
  const { interfaces, disks, hostdevs, seclabels } = domain;
  return [
    ...interfaces.map(
      (each) => [`<interface type='${interfaceType(each)}'>`, each.origin] as const,
    ),
    ...disks.map(({ kind, origin }) => [`<disk type='${kind}'>`, origin] as const),
    ...hostdevs.map((each) => [`<hostdev type='${hostdevType(each)}'>`, each.origin] as const),
    ...seclabels
      .filter(({ type }) => type !== 'none')
      .map(({ type, origin }) => [`<seclabel type='${type}'>`, origin] as const),
  ];
}

const interfaceType = (each: Domain['interfaces'][number]): string =>
  each.kind === 'other' ? each.type.value : each.kind;

const hostdevType = (each: Domain['hostdevs'][number]): string =>
  each.kind === 'other' ? each.type : each.kind;

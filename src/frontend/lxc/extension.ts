import type { LossReason } from '../../diagnostics/catalog/ledger.ts';
import {
  limitUnknown,
  profileRelative,
  sysctlOfHost,
  sysctlOfMachine,
} from '../../diagnostics/catalog/ledger.ts';
import { type ExtensionPart, extensionWith } from '../../ir/extension.ts';
import type { Metadata } from '../../ir/metadata.ts';
import { isProcessLimit, readLimit } from '../../linux/process-limits.ts';
import { isSysctlName, namespaceOfSysctl } from '../../linux/sysctl.ts';
import { type Conversion, originOf, settingOf } from './conversion.ts';
import type { Setting } from './setting.ts';

/** What has no word in domain XML stands in our own namespace, if that is asked for. */
export function readExtension(conversion: Conversion, ownNetwork: boolean): Metadata | undefined {
  if (!conversion.full) return undefined;
  const settings = [
    settingOf(conversion, 'lxc.no_new_privs'),
    settingOf(conversion, 'lxc.seccomp.profile'),
  ];
  const [locked, profile] = settings;
  const security = {
    ...(locked?.value === '1' ? { no_new_privs: 'yes' } : {}),
    ...(profile === undefined ? {} : readProfile(conversion, profile)),
  };
  const parts: ExtensionPart[] = [
    ...(Object.keys(security).length === 0
      ? []
      : [{ name: 'security', attributes: security } as const]),
    ...ofFamily(conversion, 'lxc.prlimit.').flatMap((each) => readProcessLimit(conversion, each)),
    ...ofFamily(conversion, 'lxc.sysctl.').flatMap((each) =>
      readSysctl(conversion, each, ownNetwork),
    ),
  ];
  if (parts.length === 0) return undefined;
  const first = [
    ...settings,
    ...ofFamily(conversion, 'lxc.prlimit.'),
    ...ofFamily(conversion, 'lxc.sysctl.'),
  ]
    .filter((each) => each !== undefined)
    .sort((a, b) => a.order - b.order)[0];
  return first === undefined ? undefined : extensionWith(parts, originOf(first));
}

const ofFamily = ({ settings }: Conversion, prefix: string): readonly Setting[] =>
  [...settings.byKey].flatMap(([key, all]) => (key.startsWith(prefix) ? all.slice(-1) : []));

const lost = ({ ledger }: Conversion, setting: Setting, reason: LossReason): [] => {
  ledger.lost(setting, reason);
  return [];
};

function readProfile(conversion: Conversion, setting: Setting): { seccomp?: string } {
  if (setting.value.startsWith('/')) return { seccomp: setting.value };
  lost(conversion, setting, profileRelative);
  return {};
}

/** One number is both limits; one that is left out is none. @see lxc 5.0, src/lxc/confile.c, set_config_prlimit */
function readProcessLimit(conversion: Conversion, setting: Setting): ExtensionPart[] {
  const name = setting.key.slice('lxc.prlimit.'.length);
  const [soft = '', hard = soft] = setting.value.split(':').map((each) => each.trim());
  const [low, high] = [readLimit(soft), readLimit(hard)];
  if (!isProcessLimit(name) || low === undefined || high === undefined)
    return lost(conversion, setting, limitUnknown(name));
  const attributes = { name, soft: low, ...(low === high ? {} : { hard: high }) };
  return [{ name: 'limit', attributes }];
}

function readSysctl(
  conversion: Conversion,
  setting: Setting,
  ownNetwork: boolean,
): ExtensionPart[] {
  const name = setting.key.slice('lxc.sysctl.'.length);
  const namespace = isSysctlName(name) ? namespaceOfSysctl(name) : undefined;
  if (namespace === undefined) return lost(conversion, setting, sysctlOfMachine);
  if (namespace === 'net' && !ownNetwork) return lost(conversion, setting, sysctlOfHost);
  return [{ name: 'sysctl', attributes: { name, value: setting.value } }];
}

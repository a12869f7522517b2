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
  const parts: ExtensionPart[] = [
    ...readSecurity(conversion),
    ...ofFamily(conversion, 'lxc.prlimit.').flatMap((each) => readProcessLimit(conversion, each)),
    ...ofFamily(conversion, 'lxc.sysctl.').flatMap((each) =>
      readSysctl(conversion, each, ownNetwork),
    ),
  ];
  const [first] = parts;
  return first === undefined ? undefined : extensionWith(parts, first.origin);
}

const ofFamily = ({ settings }: Conversion, prefix: string): readonly Setting[] =>
  [...settings.byKey].flatMap(([key, all]) => (key.startsWith(prefix) ? all.slice(-1) : []));

const lost = ({ ledger }: Conversion, setting: Setting, reason: LossReason): [] => {
  ledger.lost(setting, reason);
  return [];
};

/** Two lines make one element: it stands where the first of them does. */
function readSecurity(conversion: Conversion): ExtensionPart[] {
  const locks = settingOf(conversion, 'lxc.no_new_privs');
  const profile = settingOf(conversion, 'lxc.seccomp.profile');
  const isPath = profile?.value.startsWith('/') === true;
  if (profile !== undefined && !isPath) lost(conversion, profile, profileRelative);
  const asked = [...(locks?.value === '1' ? [locks] : []), ...(profile && isPath ? [profile] : [])];
  const [first] = asked;
  if (first === undefined) return [];
  const attributes = {
    ...(locks?.value === '1' ? { no_new_privs: 'yes' } : {}),
    ...(profile && isPath ? { seccomp: profile.value } : {}),
  };
  return [{ name: 'security', attributes, origin: originOf(first) }];
}

/** One number is both limits; one that is left out is none. @see lxc 5.0, src/lxc/confile.c, set_config_prlimit */
function readProcessLimit(conversion: Conversion, setting: Setting): ExtensionPart[] {
  const name = setting.key.slice('lxc.prlimit.'.length);
  const [soft = '', hard = soft] = setting.value.split(':').map((each) => each.trim());
  const [low, high] = [readLimit(soft), readLimit(hard)];
  if (!isProcessLimit(name) || low === undefined || high === undefined)
    return lost(conversion, setting, limitUnknown(name));
  const attributes = { name, soft: low, ...(low === high ? {} : { hard: high }) };
  return [{ name: 'limit', attributes, origin: originOf(setting) }];
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
  const attributes = { name, value: setting.value };
  return [{ name: 'sysctl', attributes, origin: originOf(setting) }];
}

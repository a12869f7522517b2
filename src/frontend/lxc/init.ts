import {
  environmentEmpty,
  environmentInherited,
  initOfExecute,
  overridden,
  quotesAreCharacters,
  shadowed,
} from '../../diagnostics/catalog/ledger.ts';
import { lxcBadValue } from '../../diagnostics/catalog/lxc.ts';
import { located, type Origin } from '../../diagnostics/origin.ts';
import type { InitEnv, Os } from '../../ir/domain.ts';
import { readArch } from './arch.ts';
import { type Conversion, given, locatedAt, originOf, settingOf } from './conversion.ts';
import type { Setting } from './settings.ts';
import { parseCount } from './values.ts';

/** lxc starts this, and libvirt's converter writes it always. */
const INIT = '/sbin/init';

export function readOs(conversion: Conversion, origin: Origin): Os {
  const { ledger, full } = conversion;
  const of = (key: string) => (full ? settingOf(conversion, key) : undefined);
  const arch = readArch(conversion);
  const cmd = of('lxc.init.cmd');
  const execute = of('lxc.execute.cmd');
  if (cmd === undefined && execute !== undefined) ledger.changed(execute, initOfExecute);
  if (cmd !== undefined && execute !== undefined) {
    ledger.unneeded(execute, shadowed(cmd.written));
  }
  if (cmd !== undefined && /["']/.test(cmd.value)) ledger.changed(cmd, quotesAreCharacters);
  const command = cmd ?? execute;
  // lxc-start splits at spaces alone: src/lxc/lxccontainer.c, split_init_cmd.
  const [init, ...args] =
    command === undefined
      ? []
      : command === cmd
        ? command.value.split(' ').filter((word) => word !== '')
        : splitQuoted(command.value);
  const cwd = of('lxc.init.cwd');
  return {
    origin,
    init:
      command === undefined || init === undefined
        ? located(INIT, origin)
        : locatedAt(init, command),
    initArgs: command === undefined ? [] : args.map((arg) => locatedAt(arg, command)),
    initEnv: full ? readEnvironment(conversion) : [],
    ...given({
      arch,
      initDir: cwd === undefined ? undefined : locatedAt(cwd.value, cwd),
      initUser: identity(of('lxc.init.uid')),
      initGroup: identity(of('lxc.init.gid')),
    }),
  };
}

/** libvirt reads `+5` as a number and `5` as a name first. */
const identity = (setting: Setting | undefined) =>
  setting === undefined ? undefined : locatedAt(`+${parseCount(setting.value)}`, setting);

/** Quotes at the start of a word hold blanks together. @see lxc 5.0, src/lxc/string_utils.c, lxc_string_split_quoted */
function splitQuoted(command: string): string[] {
  const parts = command.match(/"[^"]*"|'[^']*'|[^\s"'][^\s]*/g) ?? [];
  return parts.map((part) => (/^["']/.test(part) ? part.slice(1, -1) : part));
}

/** The last value of a name counts, as in the environment of a process. */
function readEnvironment({ settings, ledger, diagnostics }: Conversion): InitEnv[] {
  const byName = new Map<string, InitEnv>();
  const lineOf = new Map<string, Setting>();
  for (const key of ['lxc.environment', 'lxc.environment.runtime']) {
    for (const setting of settings.byKey.get(key) ?? []) {
      const { value, written, valueSpan } = setting;
      const at = value.indexOf('=');
      const name = value.slice(0, at);
      if (at < 0) ledger.lost(setting, environmentInherited);
      else if (name === '') diagnostics.push(lxcBadValue(written, value, 'NAME=VALUE', valueSpan));
      else if (at + 1 === value.length) ledger.lost(setting, environmentEmpty);
      else {
        const before = lineOf.get(name);
        if (before !== undefined) ledger.unneeded(before, overridden);
        lineOf.set(name, setting);
        byName.set(name, { name, value: value.slice(at + 1), origin: originOf(setting) });
      }
    }
  }
  return [...byName.values()];
}

import {
  environmentEmpty,
  environmentInherited,
  initByPath,
  initOfExecute,
  onlyWithFull,
  overridden,
  quotesAreCharacters,
  quotesHoldTogether,
  shadowed,
} from '../../diagnostics/catalog/ledger.ts';
import { lxcBadValue, lxcInitWithoutPath } from '../../diagnostics/catalog/lxc.ts';
import { located, type Origin } from '../../diagnostics/origin.ts';
import type { InitEnv, Os } from '../../ir/domain.ts';
import { readArch } from './arch.ts';
import { type Conversion, given, locatedAt, originOf, settingOf } from './conversion.ts';
import type { Root } from './root.ts';
import type { Setting } from './setting.ts';
import { parseCount } from './values.ts';

/** lxc starts this, and libvirt's converter writes it always. */
const INIT = '/sbin/init';

export function readOs(conversion: Conversion, origin: Origin, root: Root): Os {
  const { ledger, full } = conversion;
  const of = (key: string) => (full ? settingOf(conversion, key) : undefined);
  const arch = readArch(conversion);
  const cmd = of('lxc.init.cmd');
  const execute = of('lxc.execute.cmd');
  if (cmd === undefined && execute !== undefined) ledger.changed(execute, initOfExecute);
  if (cmd !== undefined && execute !== undefined) {
    ledger.unneeded(execute, shadowed(cmd.written));
  }
  const command = cmd ?? execute;
  const [name, ...args] = command === undefined ? [] : commandWords(conversion, command);
  const init =
    command === undefined || name === undefined
      ? located(INIT, origin)
      : locatedAt(initPath(conversion, command, name, root), command);
  const cwd = of('lxc.init.cwd');
  return {
    origin,
    init,
    initArgs: command === undefined ? [] : args.map((arg) => locatedAt(arg, command)),
    initEnv: readEnvironment(conversion),
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

/** lxc 5 splits the command of init at spaces alone; lxc 6 reads quotes, as every lxc-execute does. */
function commandWords({ ledger, version }: Conversion, command: Setting): string[] {
  const { key, value } = command;
  if (key === 'lxc.execute.cmd') return splitQuoted(value);
  const asFive = value.split(' ').filter((word) => word !== '');
  const asSix = splitQuoted(value);
  const isSame = asFive.length === asSix.length && asFive.every((word, at) => word === asSix[at]);
  if (!isSame) ledger.changed(command, version === '6' ? quotesHoldTogether : quotesAreCharacters);
  return version === '6' ? asSix : asFive;
}

/** Where a shell looks for programs, and lxc with it. @see execvp(3) */
const PATHS = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];

/** lxc finds a name without a path by PATH, in the root. Domain XML wants the path. */
function initPath(conversion: Conversion, command: Setting, name: string, root: Root): string {
  if (name.startsWith('/')) return name;
  const { host, ledger, diagnostics } = conversion;
  // A name with a slash in it is a path from the directory that lxc starts init in: the root, if it is not told otherwise.
  const cwd = settingOf(conversion, 'lxc.init.cwd')?.value ?? '/';
  const candidates = name.includes('/')
    ? [`${cwd.replace(/\/+$/, '')}/${name}`]
    : PATHS.map((folder) => `${folder}/${name}`);
  const path = host.fileInRoot?.(root.path ?? '/', candidates);
  if (path === undefined) diagnostics.push(lxcInitWithoutPath(name, command.valueSpan));
  else ledger.changed(command, initByPath(path));
  return path ?? name;
}

/** Quotes at the start of a word hold blanks together. @see lxc 5.0, src/lxc/string_utils.c, lxc_string_split_quoted */
function splitQuoted(command: string): string[] {
  const parts = command.match(/"[^"]*"|'[^']*'|[^\s"'][^\s]*/g) ?? [];
  return parts.map((part) => (/^["']/.test(part) ? part.slice(1, -1) : part));
}

/** The last value of a name counts, as in the environment of a process. */
function readEnvironment({ settings, ledger, diagnostics, full }: Conversion): InitEnv[] {
  const byName = new Map<string, InitEnv>();
  const lineOf = new Map<string, Setting>();
  for (const key of ['lxc.environment', 'lxc.environment.runtime']) {
    for (const setting of settings.byKey.get(key) ?? []) {
      const { value, written, valueSpan } = setting;
      const at = value.indexOf('=');
      const name = value.slice(0, at);
      if (at < 0) ledger.lost(setting, environmentInherited);
      else if (name === '' && full)
        diagnostics.push(lxcBadValue(written, value, 'NAME=VALUE', valueSpan));
      else if (at + 1 === value.length) ledger.lost(setting, environmentEmpty);
      else if (!full) ledger.lost(setting, onlyWithFull('<initenv>', 'behaviour'));
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

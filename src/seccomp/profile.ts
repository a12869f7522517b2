import type { Arch, Kernel } from '../facts/facts.ts';
import {
  type CallRule,
  type FilterFlag,
  isMade,
  type SystemCallFilter,
  type Verdict,
} from '../linux/system-call-filter.ts';
import { type Abi, isSystemCall } from '../linux/system-calls.ts';
import { abisOf } from './program.ts';

/** A filter for containers of any kind: which rules count depends on what the container is and on the machine. */
export interface Profile {
  /** The kinds of programs it lets run beside those of the machine itself; undefined: all that the machine has. */
  readonly abis?: readonly Abi[];
  readonly otherwise: Verdict;
  readonly rules: readonly ProfileRule[];
  readonly flags: readonly FilterFlag[];
  /**
   * A rule without conditions decides alone, wherever it stands: those with conditions of the same call mean nothing then. So
   * engines have it, by libseccomp; else it decides where no other fits.
   */
  readonly plainDecides?: true;
}

export interface ProfileRule extends CallRule {
  /** The rule counts only where all of this holds. */
  readonly includes?: Scope;
  /** … and not where any of this does. */
  readonly excludes?: Scope;
}

/** Members that are left out say nothing. */
export interface Scope {
  /** Of capabilities(7), without `CAP_`, in lower case. */
  readonly capabilities?: readonly string[];
  readonly archs?: readonly string[];
  readonly fromKernel?: readonly [major: number, minor: number];
}

/** What a profile is applied to. */
export interface Subject {
  readonly arch: Arch;
  readonly kernel: Kernel;
  /** Those that the container keeps. */
  readonly capabilities: readonly string[];
}

/** What a profile means for a container on a machine: the rules that count, of calls that there are. */
export function filterOf(profile: Profile, subject: Subject): SystemCallFilter {
  const all = abisOf(subject.arch);
  const [own] = all;
  const abis = all.filter((abi) => abi === own || (profile.abis ?? all).includes(abi));
  const counting = profile.rules.filter((rule) => counts(rule, subject));
  const plain = counting.filter(({ when }) => when === undefined).flatMap(({ calls }) => calls);
  const decided = new Set<string>();
  const alone = new Set(profile.plainDecides ? plain : []);
  const rules = counting
    .map((rule) =>
      rule.when === undefined
        ? rule
        : { ...rule, calls: rule.calls.filter((name) => !alone.has(name)) },
    )
    .flatMap((rule) => withoutVain(rule, decided));
  return {
    abis,
    otherwise: profile.otherwise,
    rules,
    ...(profile.flags.length === 0 ? {} : { flags: profile.flags }),
  };
}

/**
 * The calls that a profile restricts and that are not known here: on a kernel that has them they are made like any other that no
 * rule speaks of. Empty if that is not to make them.
 */
export const unknownRestricted = ({ otherwise, rules }: Profile): readonly string[] =>
  isMade(otherwise)
    ? rules
        .filter(({ verdict }) => !isMade(verdict))
        .flatMap(({ calls }) => calls.filter((name) => !isSystemCall(name)))
    : [];

/** `decided` are the calls about which a rule without conditions has decided already. */
function withoutVain(
  { verdict, calls, when }: ProfileRule,
  decided: Set<string>,
): readonly CallRule[] {
  const all = [...new Set(calls)];
  const there = all.filter((name) => isSystemCall(name) && !decided.has(name));
  if (when === undefined) for (const name of there) decided.add(name);
  if (there.length === 0) return [];
  return [{ verdict, calls: there, ...(when === undefined ? {} : { when }) }];
}

const counts = ({ includes = {}, excludes = {} }: ProfileRule, subject: Subject): boolean => {
  const { capabilities: wanted = [], archs, fromKernel } = includes;
  const { capabilities: unwanted = [], archs: otherArchs, fromKernel: newKernel } = excludes;
  return (
    wanted.every((each) => subject.capabilities.includes(each)) &&
    (archs === undefined || isArch(archs, subject)) &&
    (fromKernel === undefined || isFrom(fromKernel, subject)) &&
    !unwanted.some((each) => subject.capabilities.includes(each)) &&
    !(otherArchs !== undefined && isArch(otherArchs, subject)) &&
    !(newKernel !== undefined && isFrom(newKernel, subject))
  );
};

/** The names that engines have for the two machines: Go's, and those of the kernel. */
const archNames: Readonly<Record<Arch, readonly string[]>> = {
  x86_64: ['amd64', 'x86_64'],
  aarch64: ['arm64', 'aarch64'],
};

const isArch = (names: readonly string[], { arch }: Subject): boolean =>
  names.some((name) => archNames[arch].includes(name));

const isFrom = ([major, minor]: readonly [number, number], { kernel }: Subject): boolean =>
  kernel.major > major || (kernel.major === major && kernel.minor >= minor);

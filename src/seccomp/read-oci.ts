import { Lines } from '../diagnostics/lines.ts';
import validate from '../generated/seccomp.js';
import { readJson } from '../json/read.ts';
import { errnoNumber } from '../linux/errno.ts';
import {
  type ArgumentTest,
  type FilterFlag,
  type Verdict,
  word,
} from '../linux/system-call-filter.ts';
import type { Abi } from '../linux/system-calls.ts';
import { comparisons } from './comparisons.ts';
import type { Profile, ProfileRule, Scope } from './profile.ts';
import type { ReadProfile } from './read.ts';

/** What `plans/seccomp.schema.json` describes. @see OCI runtime specification 1.2, config-linux, "Seccomp" */
interface Oci {
  readonly defaultAction: string;
  readonly defaultErrnoRet?: number;
  readonly defaultErrno?: string;
  readonly architectures?: readonly string[];
  readonly archMap?: readonly {
    readonly architecture: string;
    readonly subArchitectures?: readonly string[] | null;
  }[];
  readonly flags?: readonly string[];
  readonly syscalls?: readonly OciRule[] | null;
}

interface OciRule {
  readonly name?: string;
  readonly names?: readonly string[];
  readonly action: string;
  readonly errnoRet?: number;
  readonly errno?: string;
  readonly args?: readonly OciArgument[] | null;
  readonly includes?: OciScope;
  readonly excludes?: OciScope;
}

interface OciArgument {
  readonly index: number;
  readonly value: number;
  readonly valueTwo?: number;
  readonly op: string;
}

interface OciScope {
  readonly caps?: readonly string[] | null;
  readonly arches?: readonly string[] | null;
  readonly minKernel?: string;
}

/** Docker's own has a thousand values. */
const MOST_VALUES = 40_000;

export function readOci(text: string): ReadProfile {
  const { value, diagnostics } = readJson<Oci>('', text, validate, 'a profile', MOST_VALUES);
  if (value === undefined) {
    const [first] = diagnostics;
    const { line } = new Lines(text).position(first?.span?.start ?? 0);
    return { fault: `line ${line}: ${first?.message ?? 'not JSON'}` };
  }
  const actions = [value.defaultAction, ...(value.syscalls ?? []).map(({ action }) => action)];
  if (actions.includes('SCMP_ACT_NOTIFY'))
    return {
      fault: 'SCMP_ACT_NOTIFY asks for a program that answers for the kernel: there is none',
    };
  const abis = abisOf(value);
  return {
    profile: {
      ...(abis === undefined ? {} : { abis }),
      plainDecides: true,
      otherwise: verdict(value.defaultAction, value.defaultErrnoRet, value.defaultErrno),
      flags: (value.flags ?? []).flatMap((flag) => flags[flag] ?? []),
      rules: (value.syscalls ?? []).flatMap(rules),
    },
  };
}

const archs: Readonly<Record<string, Abi>> = {
  SCMP_ARCH_X86_64: 'x86_64',
  SCMP_ARCH_X86: 'x86',
  SCMP_ARCH_X32: 'x32',
  SCMP_ARCH_AARCH64: 'aarch64',
};

/** Without a list only programs of the machine's own kind run. */
function abisOf({ architectures = [], archMap = [] }: Oci): Profile['abis'] {
  const mapped = archMap.flatMap(({ architecture, subArchitectures }) => [
    architecture,
    ...(subArchitectures ?? []),
  ]);
  return [...architectures, ...mapped].flatMap((name) => archs[name] ?? []);
}

/** SECCOMP_FILTER_FLAG_TSYNC means nothing to a process of one thread, the last one nothing without a listener. */
const flags: Readonly<Record<string, FilterFlag>> = {
  SECCOMP_FILTER_FLAG_LOG: 'log',
  SECCOMP_FILTER_FLAG_SPEC_ALLOW: 'spec_allow',
};

const verdicts: Readonly<Record<string, Verdict>> = {
  SCMP_ACT_ALLOW: 'allow',
  SCMP_ACT_LOG: 'log',
  SCMP_ACT_TRAP: 'trap',
  SCMP_ACT_KILL: 'kill',
  SCMP_ACT_KILL_THREAD: 'kill',
  SCMP_ACT_KILL_PROCESS: 'kill_process',
};

const EPERM = 1;

function verdict(action: string, number?: number, name?: string): Verdict {
  const data = number ?? errnoNumber(name ?? '') ?? EPERM;
  if (action === 'SCMP_ACT_ERRNO') return `errno ${data}`;
  return action === 'SCMP_ACT_TRACE' ? `trace ${data}` : (verdicts[action] ?? 'kill_process');
}

/** Several tests of one argument are alternatives. @see runc 1.1, libcontainer/seccomp/seccomp_linux.go, matchCall */
function rules(rule: OciRule): readonly ProfileRule[] {
  const { name, names = name === undefined ? [] : [name], args, includes, excludes } = rule;
  if (names.length === 0) return [];
  const tests = (args ?? []).map(test);
  const isOnce = new Set(tests.map(({ argument }) => argument)).size === tests.length;
  const alternatives =
    tests.length === 0 ? [undefined] : isOnce ? [tests] : tests.map((each) => [each]);
  return alternatives.map((when) => ({
    verdict: verdict(rule.action, rule.errnoRet, rule.errno),
    calls: names,
    ...(when === undefined ? {} : { when }),
    ...(includes === undefined ? {} : { includes: scope(includes) }),
    ...(excludes === undefined ? {} : { excludes: scope(excludes) }),
  }));
}

function test({ index, value, valueTwo = 0, op }: OciArgument): ArgumentTest {
  const is = comparisons[op];
  if (is !== undefined) return { argument: index, is, value: word(value) };
  return {
    argument: index,
    is: '==',
    value: word(BigInt(valueTwo) & BigInt(value)),
    mask: word(value),
  };
}

function scope({ caps, arches, minKernel }: OciScope): Scope {
  const [major, minor] = (minKernel ?? '').split('.').map(Number);
  return {
    ...(caps ? { capabilities: caps.map((each) => each.replace(/^CAP_/i, '').toLowerCase()) } : {}),
    ...(arches && arches.length > 0 ? { archs: arches } : {}),
    ...(major === undefined || minor === undefined ? {} : { fromKernel: [major, minor] }),
  };
}

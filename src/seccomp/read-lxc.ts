import {
  type ArgumentTest,
  type Comparison,
  MAX_ERRNO,
  type Verdict,
  word,
} from '../linux/system-call-filter.ts';
import { comparisons } from './comparisons.ts';
import type { ProfileRule } from './profile.ts';
import type { ReadProfile } from './read.ts';

const EACCES = 13;
const MNT_FORCE = '0x1';

/** `umount -f` interrupts what others do with a file system of the network. */
const rejectForceUmount: ProfileRule = {
  verdict: `errno ${EACCES}`,
  calls: ['umount2'],
  when: [{ argument: 1, is: '==', value: MNT_FORCE, mask: MNT_FORCE }],
};

/**
 * The lines of `lxc.seccomp.profile`: the version, whether calls are listed to be allowed or denied, and a call a line. A heading such
 * as `[x86]` leaves its lines out on other machines; lxc gives the rest to programs of every kind.
 * @see lxc.container.conf(5), "SECCOMP CONFIGURATION"; lxc 5.0, src/lxc/seccomp.c, parse_config_v2
 */
export function readLxc(text: string): ReadProfile {
  const [version = '', policy = '', ...lines] = text.split('\n');
  if (version.trim() === '1')
    return {
      fault: 'line 1: a list of numbers (version 1) is not read: name the calls, as version 2 does',
    };
  if (version.trim() !== '2')
    return { fault: "line 1: expected JSON, or the version of lxc's own format: 2" };
  const [, list, action] =
    /^(allowlist|whitelist|denylist|blacklist)(?:\s+(.*))?$/.exec(policy.trim()) ?? [];
  if (list === undefined) return { fault: 'line 2: expected allowlist or denylist' };
  const isDenying = list === 'denylist' || list === 'blacklist';
  const given = action === undefined || action === '' ? undefined : readAction(action);
  if (given === false) return { fault: `line 2: '${action}' is no action` };
  const rules: ProfileRule[] = [];
  for (const [index, line] of lines.entries()) {
    const rule = readLine(line, isDenying ? 'kill' : 'allow');
    if (typeof rule === 'string') return { fault: `line ${index + 3}: ${rule}` };
    if (rule !== undefined) rules.push(rule);
  }
  const otherwise = given ?? (isDenying ? 'allow' : 'kill');
  return { profile: { plainDecides: true, otherwise, flags: [], rules } };
}

/** A rule, what is wrong, or nothing. */
function readLine(line: string, ofList: Verdict): ProfileRule | string | undefined {
  if (/^(#|\[|\s*$)/.test(line)) return undefined;
  if (line.startsWith('reject_force_umount')) return rejectForceUmount;
  const [, name, rest = ''] = /^([a-z0-9_]{1,40})(?:\s+(.*))?$/i.exec(line.trim()) ?? [];
  if (name === undefined) return `'${line}' names no system call`;
  const isPlain = rest === '' || rest.startsWith('#');
  const verdict = isPlain ? ofList : readAction(rest);
  if (verdict === false) return `'${rest}' is no action`;
  if (!rest.includes('[') || isPlain) return { verdict, calls: [name] };
  const when = rest
    .slice(rest.indexOf('['))
    .split(']')
    .filter((each) => each.includes('['))
    .map(readTest);
  if (when.length > 6 || when.includes(undefined))
    return `'${rest}': expected [INDEX,VALUE,COMPARISON] or [INDEX,VALUE,SCMP_CMP_MASKED_EQ,MASK]`;
  return { verdict, calls: [name], when: when.filter((each) => each !== undefined) };
}

/** False if it is none. */
function readAction(text: string): Verdict | false {
  const [, word] = /^(kill|allow|trap)/.exec(text) ?? [];
  if (word !== undefined) return word;
  const [, errno] = /^errno\s+(\d{1,4})/.exec(text) ?? [];
  return errno !== undefined && Number(errno) <= MAX_ERRNO && `errno ${Number(errno)}`;
}

const byName: Readonly<Record<string, Comparison>> = {
  ...comparisons,
  '==': '==',
  '!=': '!=',
  '<': '<',
  '<=': '<=',
  '>': '>',
  '>=': '>=',
};

function readTest(text: string): ArgumentTest | undefined {
  const [, index, value = '', by = '', mask = '0'] =
    /\[\s*([0-5]),\s*(\w+),\s*([A-Z_]+|[=!<>&]+)(?:,\s*(\w+))?$/.exec(text) ?? [];
  const [number, bits] = [toBigInt(value), toBigInt(mask)];
  if (index === undefined || number === undefined || bits === undefined) return undefined;
  const argument = Number(index);
  const is = byName[by];
  if (is !== undefined) return { argument, is, value: word(number) };
  if (by !== 'SCMP_CMP_MASKED_EQ' && by !== '&=') return undefined;
  return { argument, is: '==', value: word(number & bits), mask: word(bits) };
}

/** As C reads a number: also octal and hexadecimal. */
function toBigInt(text: string): bigint | undefined {
  const plain = /^0[0-7]+$/.test(text) ? `0o${text.slice(1)}` : text;
  if (!/^(0x[0-9a-f]{1,16}|0o[0-7]{1,21}|\d{1,19})$/i.test(plain)) return undefined;
  return BigInt(plain);
}

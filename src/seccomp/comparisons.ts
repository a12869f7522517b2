import type { Comparison } from '../linux/system-call-filter.ts';

/** As libseccomp names them, but for that with a mask. @see seccomp_rule_add(3) */
export const comparisons: Readonly<Record<string, Comparison>> = {
  SCMP_CMP_EQ: '==',
  SCMP_CMP_NE: '!=',
  SCMP_CMP_LT: '<',
  SCMP_CMP_LE: '<=',
  SCMP_CMP_GT: '>',
  SCMP_CMP_GE: '>=',
};

import type { IdentityOps } from '../plan/ops/identity.ts';
import {
  lowerIdentityUser,
  lowerLimitsRaise,
  lowerLimitsSet,
  lowerSyscallsFilter,
} from './confinement.ts';
import type { Lowerings } from './lowering.ts';
import {
  lowerCapabilitiesBound,
  lowerCapabilitiesSet,
  lowerIdentityRoot,
  lowerPrivilegesLock,
} from './process.ts';

export const identityLowerings: Lowerings<IdentityOps> = {
  'identity.root': lowerIdentityRoot,
  'capabilities.bound': lowerCapabilitiesBound,
  'capabilities.set': lowerCapabilitiesSet,
  'identity.user': lowerIdentityUser,
  'privileges.lock': lowerPrivilegesLock,
  'limits.raise': lowerLimitsRaise,
  'limits.set': lowerLimitsSet,
  'syscalls.filter': lowerSyscallsFilter,
};

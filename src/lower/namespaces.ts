import type { NamespacesOps } from '../plan/ops/namespaces.ts';
import { int, string } from '../program/operands.ts';
import { lowerIdmapHold, lowerIdmapWrite } from './idmap.ts';
import { lowerJoin } from './join.ts';
import type { Lowerings } from './lowering.ts';
import {
  lowerInitRelease,
  lowerInitWait,
  lowerLoopback,
  lowerNamespacesCreate,
  lowerUnshare,
} from './process.ts';

export const namespacesLowerings: Lowerings<NamespacesOps> = {
  'namespaces.create': lowerNamespacesCreate,
  'namespace.join': lowerJoin,
  'idmap.write': lowerIdmapWrite,
  'idmap.hold': lowerIdmapHold,
  'init.release': lowerInitRelease,
  'init.wait': lowerInitWait,
  'namespaces.unshare': lowerUnshare,
  'hostname.set': (out, { name }) =>
    out.call('sethostname', [string(name), int(Buffer.byteLength(name))]),
  'loopback.up': lowerLoopback,
};

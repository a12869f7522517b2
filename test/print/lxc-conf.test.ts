import fc from 'fast-check';
import { expect, test } from 'vitest';
import { noHost } from '../../src/frontend/lxc/host.ts';
import { readLxc } from '../../src/frontend/lxc/read.ts';
import type { Domain } from '../../src/ir/domain.ts';
import type { CgroupVersions } from '../../src/print/lxc-conf/writer.ts';
import { printLxcConf } from '../../src/print/lxc-conf.ts';
import { lxcDomain } from '../arbitraries/lxc-domain.ts';

/** Without places, which are those of the config. */
const plain = (domain: Domain | undefined): unknown =>
  JSON.parse(
    JSON.stringify(domain ?? null, (key, value) => {
      if (key === 'origin') return undefined;
      return typeof value === 'bigint' ? `${value}n` : value;
    }),
  );

const print = (domain: Domain, cgroups: CgroupVersions) =>
  printLxcConf(domain, 'domain.xml', {
    cgroups,
    host: { deviceNumbers: () => 'c 10:200', isFile: () => false },
  });

test('a domain is the same after the way to a config and back', () => {
  fc.assert(
    fc.property(lxcDomain, (domain) => {
      const { text, ledger } = print(domain, 'both');
      expect(ledger.filter(({ fate }) => fate !== 'unneeded')).toEqual([]);
      const read = readLxc('box.conf', text, { full: true, host: noHost });
      expect(read.diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
      expect(plain(read.domain), text).toEqual(plain(domain));
    }),
    { numRuns: 1000 },
  );
});

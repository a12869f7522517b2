import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatLxc } from '../../../src/frontend/lxc/format.ts';
import { noHost } from '../../../src/frontend/lxc/host.ts';
import { keys } from '../../../src/frontend/lxc/keys.ts';
import { readLxc } from '../../../src/frontend/lxc/read.ts';

const check = (text: string, expected: string) => expect(formatLxc(text)).toBe(expected);

test('keys of lxc 1 and 2 get the names of today', () => {
  check('lxc.utsname=box', 'lxc.uts.name = box');
  check('lxc.limit.nofile = 1024\n', 'lxc.prlimit.nofile = 1024\n');
  check('lxc.id_map =\r\n', 'lxc.idmap =\r\n');
  for (const { key, legacy } of keys) {
    if (legacy === undefined || legacy.endsWith('*') || legacy === key) continue;
    check(`${legacy} = 1\n`, `${key} = 1\n`);
  }
});

test('each lxc.network.type opens a group', () => {
  check(
    `lxc.network.type = veth
lxc.network.ipv4 = 10.0.0.2/24
lxc.network.type = macvlan
lxc.network.link = eth0
`,
    `lxc.net.0.type = veth
lxc.net.0.ipv4.address = 10.0.0.2/24
lxc.net.1.type = macvlan
lxc.net.1.link = eth0
`,
  );
  check('lxc.network.3.type = veth\nlxc.network =\n', 'lxc.net.3.type = veth\nlxc.net =\n');
});

test('the backend goes before the path, and what lxc has dropped becomes a comment', () => {
  check(
    'lxc.rootfs = /srv/box.img\nlxc.rootfs.backend = loop\nlxc.kmsg = 0\n',
    'lxc.rootfs.path = loop:/srv/box.img\n# lxc.rootfs.backend = loop\n# lxc.kmsg = 0\n',
  );
});

test('comments, blank lines, faults and lines that are none of ours stay', () => {
  const text = `# lxc.utsname = old

  # indented
other = 1
lxc.broken
lxc.totally.unknown = 1
`;
  check(text, text);
});

test('blanks around keys and values go', () => {
  check('  lxc.tty.max=4\t \n\t\nlxc.arch =   x86  ', 'lxc.tty.max = 4\n\t\nlxc.arch = x86');
});

const legacyKeys = keys.flatMap(({ legacy, key }) =>
  legacy === undefined || legacy === key || legacy.endsWith('*') ? [] : [legacy],
);
const line = fc.oneof(
  fc
    .tuple(
      fc.constantFrom(...legacyKeys, 'lxc.cap.drop', 'lxc.limit.nofile'),
      fc.constantFrom('/srv/box', '1', '', 'u 0 100000 65536'),
    )
    .map(([key, value]) => `${key} = ${value}`),
  fc.constantFrom(
    'lxc.network.type = veth',
    'lxc.network.link = br0',
    'lxc.network.ipv4 = 10.0.0.2/24',
    '# a comment',
    '',
  ),
);

test('a formatted config means the same, and stays as it is', () => {
  const domainOf = (text: string) => {
    const { domain } = readLxc('box.conf', text, { full: true, host: noHost });
    return JSON.stringify(domain, (key, value) => {
      if (key === 'origin') return undefined;
      return typeof value === 'bigint' ? `${value}n` : value;
    });
  };
  fc.assert(
    fc.property(fc.array(line, { maxLength: 12 }), (lines) => {
      const text = `lxc.utsname = box\n${lines.join('\n')}\n`;
      const formatted = formatLxc(text);
      expect(formatLxc(formatted)).toBe(formatted);
      expect(domainOf(formatted)).toBe(domainOf(text));
    }),
    { numRuns: 500 },
  );
});

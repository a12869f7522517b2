import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readDomain } from '../../src/compile.ts';
import type { HostFacts, PathFact } from '../../src/facts/facts.ts';
import { wantedFacts } from '../../src/passes/wanted.ts';
import { warnMissing } from '../../src/passes/warn-missing.ts';

const hybrid = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../golden/facts/hybrid.json'), 'utf8'),
) as HostFacts;

/** What is asked of the host for these devices, and what is said if none of it is there. */
async function check(devices: string, asked: readonly string[], said: readonly string[]) {
  const { domain } = await readDomain(
    'domain.xml',
    `<domain type='lxc'><name>a</name><memory>65536</memory>
<os><type>exe</type><init>/sbin/init</init></os><devices>${devices}</devices></domain>`,
  );
  const paths = wantedFacts(domain!, hybrid).paths.filter((path) => path !== '/');
  expect(paths).toEqual(asked);
  const missing = paths.map((path): [string, PathFact] => [path, { kind: 'missing' }]);
  const facts = { ...hybrid, paths: Object.fromEntries(missing) };
  const messages = warnMissing(domain!, facts).map(({ message }) => message);
  expect(messages).toEqual(said.map((what) => `${what} does not exist on this host`));
  expect(warnMissing(domain!, hybrid), 'what is not known is not missing').toEqual([]);
}

test('devices and images', () =>
  check(
    `<disk type='block'><source dev='/dev/sdx'/><target dev='sda'/></disk>
<filesystem type='file'><driver type='loop'/><source file='/srv/a.img'/><target dir='/a'/></filesystem>
<hostdev mode='capabilities' type='misc'><source><char>/dev/fuse</char></source></hostdev>`,
    ['/srv/a.img', '/dev/sdx', '/dev/fuse'],
    [], // each is refused as a whole
  ));

test('links, but no path that a name would lead to', () => {
  const link = (name: string) =>
    `<hostdev mode='capabilities' type='net'><source><interface>${name}</interface></source></hostdev>`;
  return check(
    ['eth1', '../..', '..'].map(link).join(''),
    ['/sys/class/net/eth1'],
    ["interface 'eth1'"],
  );
});

test('what interfaces are connected to is looked for by name, too', () =>
  check(
    `<interface type='bridge'><source bridge='br0'/></interface>
<interface type='direct'><source dev='eth0'/></interface>
<interface type='bridge'><source bridge='../..'/></interface>
<interface type='bridge'><source bridge='..'/><target dev='lan0'/></interface>`,
    [
      '/sys/class/net/br0',
      '/sys/class/net/br0/bridge',
      '/sys/class/net/eth0',
      '/sys/class/net/lan0',
    ],
    [],
  ));

test('whose namespaces are shared', async () => {
  const { domain } = await readDomain(
    'domain.xml',
    `<domain type='lxc' xmlns:lxc='http://libvirt.org/schemas/domain/lxc/1.0'><name>a</name><memory>65536</memory>
<os><type>exe</type><init>/sbin/init</init></os><lxc:namespace><lxc:sharenet type='netns' value='red'/>
<lxc:shareipc type='pid' value='12'/><lxc:shareuts type='name' value='vm2'/></lxc:namespace></domain>`,
  );
  const paths = wantedFacts(domain!, hybrid).paths.filter((path) => path !== '/');
  expect(paths).toEqual(['/run/netns/red', '/proc/12/ns/ipc', '/run/lxplain/vm2']);
  const missing = paths.map((path): [string, PathFact] => [path, { kind: 'missing' }]);
  const facts = { ...hybrid, paths: Object.fromEntries(missing) };
  expect(warnMissing(domain!, facts).map(({ message }) => message)).toEqual([
    "network namespace 'red' does not exist on this host",
    "process '12' does not exist on this host",
    "running domain 'vm2' does not exist on this host",
  ]);
});

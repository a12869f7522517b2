import { expect, test } from 'vitest';
import { readDomain } from '../../src/compile.ts';
import { runPasses } from '../../src/passes/pipeline.ts';
import { host } from '../host-root.ts';

const filesystem = (type: string, source: string) =>
  `<filesystem type='${type}'><source ${source}/><target dir='/${type}'/></filesystem>`;

test('what is not supported yet says what works today', async () => {
  const { domain, diagnostics } = await readDomain(
    'vm1.xml',
    `<domain type='lxc' xmlns:lxc='http://libvirt.org/schemas/domain/lxc/1.0'><name>a</name>
<memory>65536</memory>
<os><type>exe</type><init>/sbin/init</init><inituser>1</inituser><initgroup>1</initgroup></os>
<vcpu cpuset='0-1' placement='static'>2</vcpu>
<cputune><shares>512</shares><period>100000</period><quota>50000</quota></cputune>
<blkiotune><weight>500</weight></blkiotune>
<numatune><memory mode='preferred' nodeset='0'/></numatune>
<clock offset='localtime'><timer name='rtc'/></clock>
<seclabel type='dynamic' model='selinux'/>
<devices>
${filesystem('block', "dev='/dev/sda'")}${filesystem('file', "file='/srv/a.img'")}
${filesystem('template', "name='a'")}${filesystem('volume', "pool='p' volume='v'")}
<disk type='block'><source dev='/dev/sda'/><target dev='sda'/></disk>
<hostdev mode='capabilities' type='misc'><source><char>/dev/fuse</char></source></hostdev>
<hostdev mode='capabilities' type='storage'><source><block>/dev/sda</block></source></hostdev>
<hostdev mode='capabilities' type='net'><source><interface>eth1</interface></source></hostdev>
<console type='file'><source path='/tmp/log'/></console>
</devices></domain>`,
  );
  expect(diagnostics).toEqual([]);
  const found = runPasses(domain!, host).diagnostics.filter(({ message }) =>
    message.includes('not supported yet'),
  );
  expect(found).toHaveLength(2);
  for (const { message, help } of found) expect(help, message).toMatch(/^[^.]{10,}/);
});

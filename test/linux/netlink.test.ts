import { expect, test } from 'vitest';
import {
  attributes,
  type Encoded,
  IFLA,
  linkHead,
  mac,
  name,
  request,
  u32,
} from '../../src/linux/netlink.ts';

const hex = ({ bytes }: Encoded): string => Buffer.from(bytes).toString('hex');

/** What iproute2 6.1 sends for `ip link add br0 type bridge` with IFF_UP, as strace -e write shows it. */
test('a bridge that comes up, byte for byte', () => {
  const message = request(
    'RTM_NEWLINK',
    linkHead(0, true),
    [
      { type: IFLA.IFNAME, value: name('br0') },
      {
        type: IFLA.LINKINFO,
        value: attributes([{ type: IFLA.INFO_KIND, value: name('bridge') }]),
      },
    ],
    'creates',
  );
  expect(hex(message)).toBe(
    [
      '38000000' + '1000' + '0506' + '01000000' + '00000000', // nlmsghdr
      '00000000' + '00000000' + '01000000' + '01000000', // ifinfomsg
      '0800' + '0300' + '62723000', // IFLA_IFNAME "br0"
      '1000' + '1200' + '0b00' + '0100' + '62726964676500' + '00', // IFLA_LINKINFO, IFLA_INFO_KIND "bridge"
    ].join(''),
  );
  expect(message.text).toBe(
    '[{nlmsg_len=56, nlmsg_type=RTM_NEWLINK, nlmsg_flags=NLM_F_REQUEST|NLM_F_ACK|NLM_F_EXCL|NLM_F_CREATE, nlmsg_seq=1, nlmsg_pid=0}, {ifi_family=AF_UNSPEC, ifi_type=ARPHRD_NETROM, ifi_index=0, ifi_flags=IFF_UP, ifi_change=0x1}, [[{nla_len=8, nla_type=IFLA_IFNAME}, "br0"], [{nla_len=16, nla_type=IFLA_LINKINFO}, [{nla_len=11, nla_type=IFLA_INFO_KIND}, "bridge"]]]]',
  );
});

test('what is known later has its place, in attributes of attributes too', () => {
  const inner = attributes([{ type: IFLA.NET_NS_PID, value: u32({ later: 'init_pid' }) }]);
  const message = request(
    'RTM_NEWLINK',
    linkHead({ later: 'index' }, false),
    [
      { type: IFLA.ADDRESS, value: mac('52:54:00:01:02:03') },
      { type: IFLA.MASTER, value: u32({ later: 'bridge' }) },
      { type: IFLA.LINKINFO, value: inner },
    ],
    'changes',
  );
  expect(message.later).toEqual([
    { name: 'index', offset: 20 },
    { name: 'bridge', offset: 48 },
    { name: 'init_pid', offset: 60 },
  ]);
  expect(message.bytes.length).toBe(64);
  expect(message.text).toContain('[{nla_len=8, nla_type=IFLA_MASTER}, bridge]');
});

import { chmodSync, chownSync, copyFileSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { HostFacts } from '../../../src/facts/facts.ts';
import { busybox } from '../../tools.ts';
import {
  bound,
  type Contents,
  disk,
  extension,
  ID,
  idmap,
  image,
  makeImage,
  makeRoot,
  mounted,
  privnet,
  ram,
} from '../domains.ts';

/**
 * Which control groups the facts tell of. `v2`: what a host with cgroup v1 mounts beside is all that there is for devices,
 * so that their policy is a BPF program, and init is cloned into its group; its controllers are of no use, and memory stays
 * on v1. The controllers of v2 run in the emulated machines (test/machines).
 */
export type Cgroups = 'v1' | 'v2';

const readOnly = '<readonly/>';

/** What the pair of `linked` has inside; its other end is named for it. */
const MAC = '52:54:0b:ad:00:01';
export const HOST_END = 'vnet540bad0001';

const confining = extension(
  "security seccomp='builtin'",
  "limit name='nofile' soft='64'",
  "sysctl name='net.ipv4.ip_forward' value='1'",
);

const serving = extension("proc cpuinfo='yes' loadavg='yes' uptime='yes'");

/** The kinds of containers whose starts differ in their system calls. `folder` is that of `makeFiles`. */
export const kinds = {
  plain: (folder: string) => ({ more: privnet, devices: mounted(`${folder}/root`, '/') }),
  mapped: (folder: string) => ({
    more: `${confining}${idmap}${privnet}`,
    devices:
      mounted(`${folder}/mapped`, '/') +
      mounted(`${folder}/data`, '/data') +
      image(`${folder}/data.img`, '/mapped', " accessmode='mapped'") +
      mounted(`${folder}/file`, '/etc/file') +
      ram('/ram/deep') +
      bound('/etc', '/mnt/etc', readOnly),
  }),
  /** Also a device and a namespace of the host, and files of /proc. */
  filesystems: (folder: string) => ({
    more: `${serving}<lxc:namespace xmlns:lxc='http://libvirt.org/schemas/domain/lxc/1.0'><lxc:shareuts type='pid' value='${process.pid}'/></lxc:namespace>`,
    devices:
      mounted(`${folder}/root`, '/', readOnly) +
      mounted(`${folder}/data`, '/data') +
      mounted(`${folder}/data`, '/data/sub', readOnly) +
      mounted(`${folder}/file`, '/etc/file') +
      ram('/ram/deep') +
      bound('/etc', '/mnt/etc', readOnly) +
      "<hostdev mode='capabilities' type='misc'><source><char>/dev/net/tun</char></source></hostdev>" +
      "<console type='pty'/>",
  }),
  /** A pair of links without a bridge, with addresses at both ends. */
  linked: (folder: string) => ({
    devices:
      mounted(`${folder}/root`, '/') +
      `<interface type='ethernet'><mac address='${MAC}'/><source><ip address='192.0.2.1' prefix='24'/></source><ip address='192.0.2.2' prefix='24'/><route address='0.0.0.0' gateway='192.0.2.1'/></interface>`,
  }),
  /** Images as the root, as a mount and as a disk, by loop devices. */
  images: (folder: string) => ({
    devices:
      image(`${folder}/root.img`, '/') +
      image(`${folder}/data.img`, '/data', '', readOnly) +
      disk(`${folder}/disk.img`),
  }),
  'host-root': () => ({}),
} as const satisfies Readonly<Record<string, (folder: string) => Partial<Contents>>>;

export type Kind = keyof typeof kinds;

/** A user inside who is not root. */
const USER = 1000;

const applets = ['sh', 'cat', 'ls', 'sleep', 'start-stop-daemon', 'true'];

/** A root file system of busybox alone. `set-uid/sleep` is another user's, and set-uid. */
function makeFullRoot(at: string, owner = 0): void {
  makeRoot(at, applets);
  for (const name of ['set-uid', 'etc', 'data/sub', 'ram/deep', 'mnt/etc', 'tmp'])
    mkdirSync(join(at, name), { recursive: true });
  copyFileSync(busybox ?? '', join(at, 'set-uid/sleep'));
  writeFileSync(join(at, 'etc/file'), '');
  writeFileSync(join(at, 'etc/passwd'), `user:x:${USER}:${USER}::/:/bin/sh\n`);
  writeFileSync(join(at, 'etc/group'), `user:x:${USER}:\n`);
  for (const name of ['.', ...readdirSync(at), 'etc/file', 'data/sub', 'ram/deep', 'mnt/etc'])
    chownSync(join(at, name), owner, owner);
  chownSync(join(at, 'set-uid/sleep'), owner + USER, owner + USER);
  chmodSync(join(at, 'set-uid/sleep'), 0o4755);
}

/** What the containers of `kinds` are made of. */
export function makeFiles(folder: string): void {
  makeFullRoot(join(folder, 'root'));
  makeFullRoot(join(folder, 'mapped'), ID);
  mkdirSync(join(folder, 'data/sub'), { recursive: true });
  for (const name of ['data', 'data/sub']) chownSync(join(folder, name), ID, ID);
  writeFileSync(join(folder, 'file'), 'a file\n');
  makeImage(join(folder, 'root.img'), join(folder, 'root'), 16);
  makeImage(join(folder, 'data.img'), join(folder, 'data'));
  writeFileSync(join(folder, 'disk.img'), Buffer.alloc(4096));
}

/** This machine, for `v2` without the controller of devices. */
export const withCgroups =
  (cgroups: Cgroups) =>
  (facts: HostFacts): HostFacts => {
    const { v1 } = facts.cgroups;
    const others = v1.filter(({ controllers }) => !controllers.includes('devices'));
    return cgroups === 'v1' ? facts : { ...facts, cgroups: { ...facts.cgroups, v1: others } };
  };

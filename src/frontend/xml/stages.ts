/**
 * When libvirt looks at what, once the document is read: it reports the first fault in this order.
 * @see libvirt 9.0, src/conf/domain_postparse.c, virDomainDefPostParse, and src/conf/domain_validate.c,
 * virDomainDefValidate
 */
export const stages = [
  // Each device is completed, …
  'disk',
  'interface',
  'hostdev',
  'video',
  'controller',
  'channel',
  'console',
  'input',
  'filesystem',
  'memory device',
  // … then the domain, …
  'init',
  'vcpus',
  'memory',
  'controllers',
  'timers',
  'features',
  // … and then each device and the domain are validated.
  'valid disk',
  'valid interface',
  'valid hostdev',
  'valid serial',
  'valid parallel',
  'valid channel',
  'valid console',
  'valid filesystem',
  'disk targets',
  'hostdevs',
  'iothreads',
  'lifecycle',
  'shares',
  'periods',
  'quotas',
  'blkio paths',
  'idmap',
  'numa',
  'name',
  // What libvirt takes, or dies of.
  'ours',
] as const;

export type Stage = (typeof stages)[number];

/** What a command does is loaded when it is called, with its operands and the object of its options. */
const lazy =
  <Args extends readonly unknown[]>(load: () => Promise<(...args: Args) => unknown>) =>
  async (...args: Args): Promise<void> => {
    await (await load())(...args);
  };

/** By the names of the commands in the tree. */
export const actions = {
  plan: lazy(async () => (await import('./commands/plan.ts')).plan),
  explain: lazy(async () => (await import('./commands/explain.ts')).explain),
  diff: lazy(async () => (await import('./commands/diff.ts')).diff),
  check: lazy(async () => (await import('./commands/check.ts')).check),
  compile: lazy(async () => (await import('./commands/compile.ts')).compile),
  inspect: lazy(async () => (await import('./commands/inspect.ts')).inspect),
  facts: lazy(async () => (await import('./commands/facts.ts')).facts),
  create: lazy(async () => (await import('./commands/create.ts')).create),
  define: lazy(async () => (await import('./commands/define.ts')).define),
  undefine: lazy(async () => (await import('./commands/undefine.ts')).undefine),
  start: lazy(async () => (await import('./commands/start.ts')).start),
  shutdown: lazy(async () => (await import('./commands/shutdown.ts')).shutdown),
  reboot: lazy(async () => (await import('./commands/shutdown.ts')).reboot),
  suspend: lazy(async () => (await import('./commands/suspend.ts')).suspend),
  resume: lazy(async () => (await import('./commands/suspend.ts')).resume),
  console: lazy(async () => (await import('./commands/console.ts')).attachConsole),
  edit: lazy(async () => (await import('./commands/edit.ts')).edit),
  desc: lazy(async () => (await import('./commands/desc.ts')).desc),
  'cpu-stats': lazy(async () => (await import('./commands/stats.ts')).cpuStats),
  dommemstat: lazy(async () => (await import('./commands/stats.ts')).dommemstat),
  domstats: lazy(async () => (await import('./commands/stats.ts')).domstats),
  top: lazy(async () => (await import('./commands/top.ts')).top),
  metrics: lazy(async () => (await import('./commands/metrics.ts')).metrics),
  memtune: lazy(async () => (await import('./commands/tune.ts')).memtune),
  setmem: lazy(async () => (await import('./commands/tune.ts')).setmem),
  schedinfo: lazy(async () => (await import('./commands/tune.ts')).schedinfo),
  'send-process-signal': lazy(
    async () => (await import('./commands/send-process-signal.ts')).sendProcessSignal,
  ),
  hostname: lazy(async () => (await import('./commands/host.ts')).hostname),
  uri: lazy(async () => (await import('./commands/host.ts')).uri),
  version: lazy(async () => (await import('./commands/host.ts')).version),
  nodeinfo: lazy(async () => (await import('./commands/host.ts')).nodeinfo),
  autostart: lazy(async () => (await import('./commands/autostart.ts')).autostart),
  'autostart-all': lazy(async () => (await import('./commands/autostart.ts')).autostartAll),
  domrename: lazy(async () => (await import('./commands/domrename.ts')).domrename),
  dominfo: lazy(async () => (await import('./commands/dominfo.ts')).dominfo),
  domstate: lazy(async () => (await import('./commands/domstate.ts')).domstate),
  domid: lazy(async () => (await import('./commands/domain-ids.ts')).domid),
  domname: lazy(async () => (await import('./commands/domain-ids.ts')).domname),
  domuuid: lazy(async () => (await import('./commands/domain-ids.ts')).domuuid),
  exec: lazy(async () => (await import('./commands/enter.ts')).enter),
  'lxc-enter-namespace': lazy(async () => (await import('./commands/enter.ts')).enter),
  list: lazy(async () => (await import('./commands/list.ts')).list),
  'net-start': lazy(async () => (await import('./commands/networks.ts')).netStart),
  'net-destroy': lazy(async () => (await import('./commands/networks.ts')).netDestroy),
  'net-list': lazy(async () => (await import('./commands/networks.ts')).netList),
  'net-info': lazy(async () => (await import('./commands/networks.ts')).netInfo),
  'net-dumpxml': lazy(async () => (await import('./commands/networks.ts')).netDumpxml),
  'net-name': lazy(async () => (await import('./commands/networks.ts')).netName),
  'net-uuid': lazy(async () => (await import('./commands/networks.ts')).netUuid),
  'net-dhcp-leases': lazy(async () => (await import('./commands/networks.ts')).netDhcpLeases),
  destroy: lazy(async () => (await import('./commands/destroy.ts')).destroy),
  dumpxml: lazy(async () => (await import('./commands/dumpxml.ts')).dumpxml),
  clean: lazy(async () => (await import('./commands/clean.ts')).clean),
  format: lazy(async () => (await import('./commands/format.ts')).format),
  'domxml-from-native': lazy(async () => {
    const { domxmlFromNative } = await import('./commands/domxml-from-native.ts');
    type Options = Parameters<typeof domxmlFromNative>[1];
    return (format: string | undefined, configs: readonly string[], options: Options) =>
      domxmlFromNative(format === undefined ? [] : [format, ...configs], options);
  }),
  'domxml-to-native': lazy(
    async () => (await import('./commands/domxml-to-native.ts')).domxmlToNative,
  ),
  completion: lazy(async () => (await import('./commands/completion.ts')).completion),
};

import type { Domain } from '../ir/domain.ts';
import type { Filesystem } from '../ir/filesystem.ts';

const xml = (text: string): string =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll("'", '&apos;')
    .replaceAll('"', '&quot;');

/** The domain as libvirt's domain XML, laid out as virsh dumpxml lays it out. */
export function printDomainXml(domain: Domain): string {
  const { os, features, idmap } = domain;
  const lines = ["<domain type='lxc'>"];
  const element = (indent: number, name: string, text: string | undefined, attributes = '') => {
    if (text !== undefined)
      lines.push(`${' '.repeat(indent)}<${name}${attributes}>${xml(text)}</${name}>`);
  };
  element(2, 'name', domain.name.value);
  element(2, 'uuid', domain.uuid?.value);
  element(2, 'title', domain.title?.value);
  element(2, 'description', domain.description?.value);
  const memory = domain.memoryKiB?.value;
  const current = domain.currentMemoryKiB?.value ?? memory;
  element(2, 'memory', memory?.toString(), " unit='KiB'");
  element(2, 'currentMemory', current?.toString(), " unit='KiB'");
  const tune = domain.memtune;
  if (tune !== undefined) {
    lines.push('  <memtune>');
    element(4, 'hard_limit', tune.hardLimitKiB?.value.toString(), " unit='KiB'");
    element(4, 'soft_limit', tune.softLimitKiB?.value.toString(), " unit='KiB'");
    element(4, 'min_guarantee', tune.minGuaranteeKiB?.value.toString(), " unit='KiB'");
    element(4, 'swap_hard_limit', tune.swapHardLimitKiB?.value.toString(), " unit='KiB'");
    lines.push('  </memtune>');
  }
  element(2, 'vcpu', '1', " placement='static'");
  if (domain.resource?.partition !== undefined) {
    lines.push(
      '  <resource>',
      `    <partition>${xml(domain.resource.partition.value)}</partition>`,
      '  </resource>',
    );
  }
  lines.push('  <os>');
  element(4, 'type', 'exe', os.arch === undefined ? '' : ` arch='${xml(os.arch.value)}'`);
  element(4, 'init', os.init?.value);
  for (const { value } of os.initArgs) element(4, 'initarg', value);
  for (const { name, value } of os.initEnv) element(4, 'initenv', value, ` name='${xml(name)}'`);
  element(4, 'initdir', os.initDir?.value);
  element(4, 'inituser', os.initUser?.value);
  element(4, 'initgroup', os.initGroup?.value);
  element(4, 'cmdline', os.cmdline?.value);
  lines.push('  </os>');
  if (idmap !== undefined) {
    lines.push('  <idmap>');
    for (const map of ['uid', 'gid'] as const) {
      for (const { start, target, count } of idmap[map]) {
        lines.push(`    <${map} start='${start}' target='${target}' count='${count}'/>`);
      }
    }
    lines.push('  </idmap>');
  }
  if (features.privnet !== undefined || features.capabilities !== undefined) {
    lines.push('  <features>');
    if (features.privnet !== undefined) lines.push('    <privnet/>');
    const list = features.capabilities;
    if (list !== undefined) {
      lines.push(`    <capabilities policy='${list.policy}'>`);
      for (const { name, state } of list.states) lines.push(`      <${name} state='${state}'/>`);
      lines.push('    </capabilities>');
    }
    lines.push('  </features>');
  }
  lines.push("  <clock offset='utc'/>");
  element(2, 'on_poweroff', domain.onPoweroff?.value ?? 'destroy');
  element(2, 'on_reboot', domain.onReboot?.value ?? 'restart');
  element(2, 'on_crash', domain.onCrash?.value ?? 'destroy');
  lines.push('  <devices>');
  element(4, 'emulator', domain.emulator?.value);
  for (const filesystem of domain.filesystems) lines.push(...filesystemLines(filesystem));
  domain.consoles.forEach(({ type }, index) => {
    lines.push(
      `    <console type='${xml(type)}'>`,
      `      <target type='lxc' port='${index}'/>`,
      '    </console>',
    );
  });
  lines.push('  </devices>', '</domain>');
  return `${lines.join('\n')}\n`;
}

function filesystemLines(filesystem: Filesystem): string[] {
  return [
    `    <filesystem type='${filesystem.kind}' accessmode='passthrough'>`,
    `      <source ${sourceAttributes(filesystem)}/>`,
    `      <target dir='${xml(filesystem.target.value)}'/>`,
    ...(filesystem.readOnly ? ['      <readonly/>'] : []),
    '    </filesystem>',
  ];
}

function sourceAttributes(filesystem: Filesystem): string {
  switch (filesystem.kind) {
    case 'mount':
    case 'bind':
      return `dir='${xml(filesystem.source.value)}'`;
    case 'block':
      return `dev='${xml(filesystem.source.value)}'`;
    case 'file':
      return `file='${xml(filesystem.source.value)}'`;
    case 'template':
      return `name='${xml(filesystem.source.value)}'`;
    case 'ram':
      return `usage='${filesystem.usageKiB}' units='KiB'`;
    case 'volume':
      return `pool='${xml(filesystem.pool)}' volume='${xml(filesystem.volume)}'`;
  }
}

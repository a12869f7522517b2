import type { Domain } from '../ir/domain.ts';
import { printDevices } from './domain/devices.ts';
import { printFeatures, printIdmap, printNamespace, printSeclabel } from './domain/isolation.ts';
import { printMetadata } from './domain/metadata.ts';
import { printClock, printOs } from './domain/os.ts';
import {
  printBlkiotune,
  printCputune,
  printMemtune,
  printNumatune,
  printVcpu,
} from './domain/tuning.ts';
import { element, named, type Printed, printElement, textElement } from './element.ts';

const LXC_NAMESPACE = 'http://libvirt.org/schemas/domain/lxc/1.0';

/**
 * The domain as libvirt's domain XML, as virsh dumpxml --inactive prints it.
 * @see libvirt 9.0, src/conf/domain_conf.c, virDomainDefFormatInternalSetRootName
 */
export function printDomainXml(domain: Domain): string {
  const namespace = domain.namespace === undefined ? '' : ` xmlns:lxc='${LXC_NAMESPACE}'`;
  let text = `<domain type='lxc'${namespace}>\n`;
  const add = (part: Printed | undefined): void => {
    if (part !== undefined) text += printElement(part, '  ');
  };
  const addKept = (...names: readonly string[]): void => {
    if (domain.kept === undefined) return;
    for (const name of names) named(domain.kept, name).forEach(add);
  };
  add(textElement('name', domain.name.value));
  add(textElement('uuid', domain.uuid?.value));
  addKept('genid');
  add(textElement('title', domain.title?.value));
  add(textElement('description', domain.description?.value));
  if (domain.metadata !== undefined) text += printMetadata(domain.metadata, 1);
  memory(domain).forEach(add);
  add(printBlkiotune(domain.blkiotune));
  add(printMemtune(domain.memtune));
  addKept('memoryBacking');
  add(printVcpu(domain.vcpu));
  addKept('iothreads', 'iothreadids', 'defaultiothread');
  add(printCputune(domain.cputune));
  add(printNumatune(domain.numatune));
  add(resource(domain));
  addKept('sysinfo', 'bootloader', 'bootloader_args');
  add(printOs(domain.os));
  add(printIdmap(domain.idmap));
  add(printFeatures(domain.features));
  addKept('cpu');
  add(printClock(domain.clock));
  add(textElement('on_poweroff', domain.onPoweroff?.value ?? 'destroy'));
  add(textElement('on_reboot', domain.onReboot?.value ?? 'restart'));
  add(textElement('on_crash', domain.onCrash?.value ?? 'destroy'));
  add(textElement('on_lockfailure', domain.onLockFailure?.value));
  addKept('pm', 'perf');
  add(printDevices(domain));
  for (const label of domain.seclabels) add(printSeclabel(label));
  addKept('keywrap', 'launchSecurity');
  add(printNamespace(domain.namespace));
  return `${text}</domain>\n`;
}

/** There is no balloon: what is not less than all is all. */
function memory({ memoryKiB, currentMemoryKiB, kept }: Domain): readonly (Printed | undefined)[] {
  const all = memoryKiB?.value;
  const current = currentMemoryKiB?.value;
  const isLess = current !== undefined && current !== 0 && (all === undefined || current < all);
  const dumpCore = kept?.find(({ name }) => name === 'memory')?.attributes[0]?.value;
  return [
    textElement('memory', all, { dumpCore, unit: 'KiB' }),
    textElement('currentMemory', isLess ? current : all, { unit: 'KiB' }),
  ];
}

function resource({ resource: given }: Domain): Printed | undefined {
  if (given === undefined) return undefined;
  const appid = given.fibrechannelAppid?.value;
  return element('resource', {}, [
    textElement('partition', given.partition?.value),
    appid === undefined ? undefined : element('fibrechannel', { appid }),
  ]);
}

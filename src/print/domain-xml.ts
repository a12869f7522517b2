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
  for (const part of head(domain)) text += part === undefined ? '' : printElement(part, '  ');
  if (domain.metadata !== undefined) text += printMetadata(domain.metadata, 1);
  for (const part of body(domain)) text += part === undefined ? '' : printElement(part, '  ');
  return `${text}</domain>\n`;
}

type Parts = readonly (Printed | undefined)[];

const head = (domain: Domain): Parts => [
  textElement('name', domain.name.value),
  textElement('uuid', domain.uuid?.value),
  ...named(domain.kept, 'genid'),
  textElement('title', domain.title?.value),
  textElement('description', domain.description?.value),
];

function body(domain: Domain): Parts {
  const kept = (name: string): readonly Printed[] => named(domain.kept, name);
  return [
    ...memory(domain),
    printBlkiotune(domain.blkiotune),
    printMemtune(domain.memtune),
    ...kept('memoryBacking'),
    printVcpu(domain.vcpu),
    ...kept('iothreads'),
    ...kept('iothreadids'),
    ...kept('defaultiothread'),
    printCputune(domain.cputune),
    printNumatune(domain.numatune),
    resource(domain),
    ...kept('sysinfo'),
    ...kept('bootloader'),
    ...kept('bootloader_args'),
    printOs(domain.os),
    printIdmap(domain.idmap),
    printFeatures(domain.features),
    ...kept('cpu'),
    printClock(domain.clock),
    textElement('on_poweroff', domain.onPoweroff?.value ?? 'destroy'),
    textElement('on_reboot', domain.onReboot?.value ?? 'restart'),
    textElement('on_crash', domain.onCrash?.value ?? 'destroy'),
    textElement('on_lockfailure', domain.onLockFailure?.value),
    ...kept('pm'),
    ...kept('perf'),
    printDevices(domain),
    ...domain.seclabels.map(printSeclabel),
    ...kept('keywrap'),
    ...kept('launchSecurity'),
    printNamespace(domain.namespace),
  ];
}

/** There is no balloon: what is not less than all is all. */
function memory({ memoryKiB, currentMemoryKiB, kept }: Domain): Parts {
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

import {
  archUnknown,
  initargEmpty,
  initenvEmpty,
  initenvNameless,
  notOffered,
  osTypeMissing,
  osTypeUnknown,
  smbiosModeUnknown,
} from '../../diagnostics/catalog/definition.ts';
import { type Located, located, type Span, source } from '../../diagnostics/origin.ts';
import type { InitEnv, Os } from '../../ir/domain.ts';
import { given, locatedAttribute, type Reading } from './reading.ts';
import type { XmlElement } from './tree.ts';

const osTypes: readonly string[] = ['hvm', 'xen', 'linux', 'exe', 'uml', 'xenpvh'];

/** @see libvirt 9.0, src/util/virarch.c */
const archs: readonly string[] =
  'alpha armv6l armv7l armv7b aarch64 cris i686 ia64 lm32 m68k microblaze microblazeel mips mipsel mips64 mips64el openrisc parisc parisc64 ppc ppcle ppc64 ppc64le ppcemb riscv32 riscv64 s390 s390x sh4 sh4eb sparc sparc64 unicore32 x86_64 xtensa xtensaeb'.split(
    ' ',
  );

/** `<type>` of `<os>`: what can run, and on which machine. */
export interface OsType {
  readonly arch?: Located<string>;
  readonly machine?: Located<string>;
}

/** @see libvirt 9.0, src/conf/domain_conf.c, virDomainDefParseCaps */
export function readOsType(
  reading: Reading,
  root: XmlElement,
  domainType: string | undefined,
): OsType {
  const os = reading.many(root, 'os');
  const element = reading.one(os, 'type');
  const bootloader = reading.text(root, 'bootloader');
  const text = element === undefined ? '' : element.stringValue;
  const type = text === '' && bootloader !== undefined ? 'xen' : text;
  const at = element?.textSpan ?? os[0]?.span ?? root.span;
  if (type === '') reading.report(osTypeMissing(at));
  else if (!osTypes.includes(type)) reading.report(osTypeUnknown(type, at));
  const arch = reading.attributeText(element, 'arch');
  const machine = reading.attributeText(element, 'machine');
  if (arch !== undefined && !archs.includes(arch.value)) {
    reading.report(archUnknown(arch.value, arch.span));
  } else if (osTypes.includes(type)) {
    checkOffered(reading, type, arch?.value, domainType ?? 'lxc', arch?.span ?? at, root);
  }
  return given({
    arch: arch === undefined ? undefined : locatedAttribute(arch),
    machine: machine === undefined ? undefined : locatedAttribute(machine),
  });
}

/** Without a host only that is refused which no host offers. */
function checkOffered(
  { diagnostics, host }: Reading,
  type: string,
  arch: string | undefined,
  domainType: string,
  at: Span,
  root: XmlElement,
): void {
  const offered = host?.guestArchs ?? archs;
  const wanted = arch ?? host?.arch ?? 'x86_64';
  if (type === 'exe' && domainType === 'lxc' && offered.includes(wanted)) return;
  const place = domainType === 'lxc' ? at : root.span;
  const name = type === 'hvm' ? undefined : type;
  const known = host?.guestArchs ?? ['this host'];
  diagnostics.push(notOffered(name, wanted, domainType, known, place));
}

/**
 * The rest of `<os>`, which libvirt reads after everything else but the devices.
 * @see libvirt 9.0, src/conf/domain_conf.c, virDomainDefParseBootInitOptions
 */
export function readInit(reading: Reading, root: XmlElement, type: OsType): Os {
  const os = reading.many(root, 'os');
  const origin = source(os[0]?.span ?? root.span);
  const [smbios] = os.flatMap((each) => reading.many(each, 'smbios'));
  for (const each of os) reading.drop(each, droppedInOs);
  const mode = smbios === undefined ? undefined : reading.attributeText(smbios, 'mode');
  if (mode !== undefined && !['none', 'emulate', 'host', 'sysinfo'].includes(mode.value)) {
    reading.report(smbiosModeUnknown(mode.value, mode.span));
  }
  return {
    origin,
    ...type,
    ...given({
      init: reading.text(os, 'init'),
      cmdline: reading.text(os, 'cmdline'),
      initDir: reading.text(os, 'initdir'),
      initUser: reading.text(os, 'inituser'),
      initGroup: reading.text(os, 'initgroup'),
    }),
    initArgs: reading.many(os, 'initarg').flatMap((element) => {
      const text = firstNodeText(element);
      if (text !== '') return [located(text, source(element.textSpan))];
      reading.report(initargEmpty(element.span));
      return [];
    }),
    initEnv: reading.many(os, 'initenv').flatMap((element) => readVariable(reading, element)),
    ...(mode === undefined
      ? {}
      : {
          kept: [
            {
              name: 'smbios',
              attributes: [{ name: 'mode', value: mode.value }],
              children: [],
              origin: source(mode.span),
            },
          ],
        }),
  };
}

/** Read for virtual machines only. */
const droppedInOs = [
  'kernel',
  'initrd',
  'dtb',
  'root',
  'loader',
  'nvram',
  'firmware',
  'boot',
  'bootmenu',
  'bios',
  'acpi',
];

function readVariable(reading: Reading, element: XmlElement): readonly InitEnv[] {
  const name = reading.attribute(element, 'name');
  const value = firstNodeText(element);
  if (name === undefined) reading.report(initenvNameless(element.span));
  else if (value === '') reading.report(initenvEmpty(name.value, element.span));
  else return [{ name: name.value, value, origin: source(element.span) }];
  return [];
}

/** libvirt takes the content of the first node only, be it a comment. */
function firstNodeText({ nodes }: XmlElement): string {
  const [first] = nodes;
  return first === undefined || first.kind === 'element' ? '' : first.value;
}

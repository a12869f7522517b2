import {
  badValue,
  elementIgnored,
  elementTwice,
  missingAttribute,
  missingElement,
  unknownAttribute,
  unknownCapability,
  unknownElement,
  unsupportedAttribute,
  unsupportedElement,
  xmlEmpty,
  xmlWrongRoot,
} from '../../diagnostics/catalog/xml.ts';
import { type Diagnostic, hasErrors } from '../../diagnostics/diagnostic.ts';
import { type Located, located, source } from '../../diagnostics/origin.ts';
import type { Console } from '../../ir/console.ts';
import type {
  Capabilities,
  CapabilityState,
  Domain,
  Features,
  Idmap,
  IdmapEntry,
  LifecycleAction,
  Os,
  Resource,
} from '../../ir/domain.ts';
import type { Filesystem } from '../../ir/filesystem.ts';
import type { Memtune } from '../../ir/tuning.ts';
import { type CapabilityName, capabilities } from '../../linux/capabilities.ts';
import { nearest } from './nearest.ts';
import { parseXml, type XmlElement } from './parse.ts';
import { scaled } from './units.ts';

/**
 * libvirt LXC domain XML as a Domain, with all faults in one run. There is a domain only without errors.
 * @see https://libvirt.org/formatdomain.html
 */
export function readXml(
  file: string,
  text: string,
): { readonly domain?: Domain; readonly diagnostics: readonly Diagnostic[] } {
  const { root, diagnostics } = parseXml(file, text);
  if (root === undefined) {
    if (diagnostics.length > 0) return { diagnostics };
    return { diagnostics: [xmlEmpty({ file, start: 0, end: 0 })] };
  }
  if (root.name !== 'domain') return { diagnostics: [xmlWrongRoot(root.name, root.span)] };
  const reader = new Reader();
  const domain = reader.domain(root);
  if (hasErrors(reader.diagnostics) || domain === undefined) {
    return { diagnostics: reader.diagnostics };
  }
  return { domain, diagnostics: reader.diagnostics };
}

/** What may stand in an element: read, not done yet, or of no effect on a container. */
interface Content {
  readonly known: readonly string[];
  readonly unsupported?: readonly string[];
  readonly ignored?: readonly string[];
  /** Elements that may occur more than once. */
  readonly many?: readonly string[];
}

const lifecycleActions: readonly LifecycleAction[] = [
  'destroy',
  'restart',
  'rename-restart',
  'preserve',
  'coredump-destroy',
  'coredump-restart',
];

class Reader {
  readonly diagnostics: Diagnostic[] = [];

  domain(root: XmlElement): Domain | undefined {
    const children = this.children(root, {
      known: [
        'name',
        'uuid',
        'title',
        'description',
        'memory',
        'currentMemory',
        'memtune',
        'os',
        'idmap',
        'features',
        'resource',
        'on_poweroff',
        'on_reboot',
        'on_crash',
        'devices',
        'vcpu',
        'clock',
        'metadata',
      ],
      unsupported: [
        'cputune',
        'numatune',
        'blkiotune',
        'seclabel',
        'sysinfo',
        'lxc:namespace',
        'keywrap',
        'launchSecurity',
      ],
      ignored: [
        'genid',
        'maxMemory',
        'memoryBacking',
        'iothreads',
        'cpu',
        'pm',
        'bootloader',
        'perf',
      ],
      many: ['seclabel'],
    });
    const attributes = this.attributes(root, ['type', 'id', 'xmlns:lxc']);
    const type = attributes.get('type');
    if (type === undefined) this.diagnostics.push(missingAttribute('type', 'domain', root.span));
    else if (type.value !== 'lxc') {
      this.diagnostics.push(badValue('domain type', type.value, "'lxc'", type.origin));
    }
    const first = (name: string) => children.find((child) => child.name === name);
    const name = this.text(first('name'));
    if (name === undefined) {
      this.diagnostics.push(
        missingElement('name', 'domain', root.span, 'missing domain name information'),
      );
    }
    const memory = this.memory(first('memory'));
    if (memory === undefined && first('memory') === undefined) {
      this.diagnostics.push(
        missingElement(
          'memory',
          'domain',
          root.span,
          'XML error: Memory size must be specified via <memory> or in the <numa> configuration',
        ),
      );
    }
    const os = first('os');
    if (os === undefined) this.diagnostics.push(missingElement('os', 'domain', root.span));
    this.vcpu(first('vcpu'));
    this.clock(first('clock'));
    const devices = this.devices(first('devices'));
    const features = this.features(first('features'));
    const made = os === undefined ? undefined : this.os(os);
    const optional = {
      uuid: this.uuid(first('uuid')),
      title: this.text(first('title')),
      description: this.text(first('description')),
      memoryKiB: memory,
      currentMemoryKiB: this.memory(first('currentMemory')),
      memtune: this.memtune(first('memtune')),
      idmap: this.idmap(first('idmap')),
      resource: this.resource(first('resource')),
      onPoweroff: this.lifecycle(first('on_poweroff')),
      onReboot: this.lifecycle(first('on_reboot')),
      onCrash: this.lifecycle(first('on_crash')),
      emulator: devices.emulator,
    };
    if (name === undefined || made === undefined) return undefined;
    return {
      origin: source(root.span),
      name,
      ...given(optional),
      os: made,
      features,
      filesystems: devices.filesystems,
      consoles: devices.consoles,
      interfaces: [],
      disks: [],
      hostdevs: [],
      seclabels: [],
    };
  }

  private os(element: XmlElement): Os {
    const children = this.children(element, {
      known: ['type', 'init', 'initarg', 'initenv', 'initdir', 'inituser', 'initgroup', 'cmdline'],
      ignored: ['loader', 'nvram', 'kernel', 'initrd', 'dtb', 'boot', 'bootmenu', 'smbios', 'bios'],
      many: ['initarg', 'initenv', 'boot'],
    });
    const first = (name: string) => this.text(children.find((child) => child.name === name));
    const type = children.find(({ name }) => name === 'type');
    const attributes = type === undefined ? undefined : this.attributes(type, ['arch', 'machine']);
    if (type === undefined) {
      this.diagnostics.push(missingElement('type', 'os', element.span));
    } else if (type.text.trim() !== 'exe') {
      this.diagnostics.push(badValue('os type', type.text.trim(), "'exe'", type.textSpan));
    }
    return {
      origin: source(element.span),
      initArgs: children
        .filter(({ name }) => name === 'initarg')
        .map((child) => located(child.text, source(child.textSpan))),
      initEnv: children
        .filter(({ name }) => name === 'initenv')
        .flatMap((child) => {
          const name = this.attributes(child, ['name']).get('name');
          if (name === undefined || name.value === '' || name.value.includes('=')) {
            this.diagnostics.push(missingAttribute('name', 'initenv', child.span));
            return [];
          }
          return [{ name: name.value, value: child.text, origin: source(child.span) }];
        }),
      ...given({
        arch: attributes?.get('arch'),
        init: first('init'),
        initDir: first('initdir'),
        initUser: first('inituser'),
        initGroup: first('initgroup'),
        cmdline: first('cmdline'),
      }),
    };
  }

  private features(element: XmlElement | undefined): Features {
    if (element === undefined) return {};
    const children = this.children(element, {
      known: ['privnet', 'capabilities'],
      ignored: [
        'pae',
        'acpi',
        'apic',
        'hap',
        'viridian',
        'hyperv',
        'kvm',
        'pvspinlock',
        'pmu',
        'vmport',
        'gic',
        'smm',
      ],
    });
    const privnet = children.find(({ name }) => name === 'privnet');
    const list = children.find(({ name }) => name === 'capabilities');
    return given({
      privnet: privnet === undefined ? undefined : located(true as const, source(privnet.span)),
      capabilities: list === undefined ? undefined : this.capabilities(list),
    });
  }

  private capabilities(element: XmlElement): Capabilities {
    const policy = this.attributes(element, ['policy']).get('policy');
    const value = policy?.value ?? 'default';
    if (policy !== undefined && !isPolicy(value)) {
      this.diagnostics.push(
        badValue('policy', value, "'default', 'allow' or 'deny'", policy.origin),
      );
    }
    return {
      policy: isPolicy(value) ? value : 'default',
      states: element.children.flatMap((child) => this.capability(child)),
      origin: source(element.span),
    };
  }

  private capability(element: XmlElement): CapabilityState[] {
    const { name, span } = element;
    if (!(capabilities as readonly string[]).includes(name)) {
      this.diagnostics.push(unknownCapability(name, span, nearest(name, capabilities)));
      return [];
    }
    const state = this.attributes(element, ['state']).get('state');
    const value = state?.value ?? 'on';
    if (value !== 'on' && value !== 'off') {
      this.diagnostics.push(badValue('state', value, "'on' or 'off'", state?.origin ?? span));
      return [];
    }
    return [{ name: name as CapabilityName, state: value, origin: source(span) }];
  }

  private idmap(element: XmlElement | undefined): Idmap | undefined {
    if (element === undefined) return undefined;
    const children = this.children(element, { known: ['uid', 'gid'], many: ['uid', 'gid'] });
    const entries = (map: 'uid' | 'gid') =>
      children.filter(({ name }) => name === map).flatMap((child) => this.idmapEntry(child));
    return { origin: source(element.span), uid: entries('uid'), gid: entries('gid') };
  }

  private idmapEntry(element: XmlElement): IdmapEntry[] {
    const attributes = this.attributes(element, ['start', 'target', 'count']);
    const number = (name: string): number | undefined => {
      const attribute = attributes.get(name);
      if (attribute === undefined) {
        this.diagnostics.push(missingAttribute(name, element.name, element.span));
        return undefined;
      }
      const value = /^\s*\+?\d+$/.test(attribute.value) ? Number(attribute.value) : Number.NaN;
      if (value <= 0xffffffff) return value;
      this.diagnostics.push(
        badValue(name, attribute.value, 'a number from 0 to 4294967295', attribute.origin),
      );
      return undefined;
    };
    const [start, target, count] = [number('start'), number('target'), number('count')];
    if (start === undefined || target === undefined || count === undefined) return [];
    return [{ start, target, count, origin: source(element.span) }];
  }

  private devices(element: XmlElement | undefined): {
    emulator: Located<string> | undefined;
    filesystems: Filesystem[];
    consoles: Console[];
  } {
    if (element === undefined) return { emulator: undefined, filesystems: [], consoles: [] };
    const children = this.children(element, {
      known: ['emulator', 'filesystem', 'console'],
      unsupported: ['interface', 'disk', 'hostdev', 'lease', 'tpm'],
      ignored: [
        'controller',
        'input',
        'graphics',
        'video',
        'sound',
        'memballoon',
        'watchdog',
        'rng',
        'serial',
        'parallel',
        'channel',
        'smartcard',
        'hub',
        'redirdev',
        'redirfilter',
        'nvram',
        'panic',
        'shmem',
        'memory',
        'iommu',
        'vsock',
        'audio',
        'crypto',
      ],
      many: [
        'filesystem',
        'console',
        'interface',
        'disk',
        'hostdev',
        'controller',
        'input',
        'graphics',
        'video',
        'sound',
        'serial',
        'parallel',
        'channel',
        'redirdev',
        'hub',
        'shmem',
        'memory',
        'rng',
        'lease',
        'smartcard',
        'audio',
      ],
    });
    return {
      emulator: this.text(children.find(({ name }) => name === 'emulator')),
      filesystems: children
        .filter(({ name }) => name === 'filesystem')
        .flatMap((child) => this.filesystem(child)),
      consoles: children
        .filter(({ name }) => name === 'console')
        .map((child) => ({
          type: this.attributes(child, ['type', 'tty']).get('type')?.value ?? 'pty',
          origin: source(child.span),
        })),
    };
  }

  private filesystem(element: XmlElement): Filesystem[] {
    const attributes = this.attributes(element, [
      'type',
      'accessmode',
      'model',
      'multidevs',
      'fmode',
      'dmode',
    ]);
    const children = this.children(element, {
      known: ['source', 'target', 'readonly', 'address', 'alias'],
      unsupported: ['driver', 'space_hard_limit', 'space_soft_limit', 'binary', 'idmap'],
    });
    const mode = attributes.get('accessmode');
    if (mode !== undefined && mode.value !== 'passthrough') {
      this.diagnostics.push(
        badValue(
          'accessmode',
          mode.value,
          "'passthrough', the only one of a container",
          mode.origin,
        ),
      );
    }
    const type = attributes.get('type');
    const from = children.find(({ name }) => name === 'source');
    const to = children.find(({ name }) => name === 'target');
    const target = to === undefined ? undefined : this.attributes(to, ['dir']).get('dir');
    if (to === undefined)
      this.diagnostics.push(missingElement('target', 'filesystem', element.span));
    else if (target === undefined)
      this.diagnostics.push(missingAttribute('dir', 'target', to.span));
    if (from === undefined)
      this.diagnostics.push(missingElement('source', 'filesystem', element.span));
    if (from === undefined || target === undefined) return [];
    const base = {
      target: located(cleaned(target.value), target.origin),
      readOnly: children.some(({ name }) => name === 'readonly'),
      origin: source(element.span),
    };
    const kind = type?.value ?? 'mount';
    const sourceAttribute = {
      mount: 'dir',
      bind: 'dir',
      block: 'dev',
      file: 'file',
      template: 'name',
    };
    if (kind === 'ram') {
      const usageKiB = this.usage(from);
      return usageKiB === undefined ? [] : [{ ...base, kind, usageKiB }];
    }
    if (kind === 'volume') {
      const { pool, volume } = Object.fromEntries(this.attributes(from, ['pool', 'volume']));
      return [{ ...base, kind, pool: pool?.value ?? '', volume: volume?.value ?? '' }];
    }
    if (!isSourced(kind)) {
      this.diagnostics.push(
        badValue(
          'filesystem type',
          kind,
          'mount, bind, ram, file, block, template or volume',
          type?.origin ?? element.span,
        ),
      );
      return [];
    }
    const name = sourceAttribute[kind];
    const given = this.attributes(from, [name]).get(name);
    if (given === undefined) {
      this.diagnostics.push(missingAttribute(name, 'source', from.span));
      return [];
    }
    return [{ ...base, kind, source: given }];
  }

  /** @see libvirt 9.0, src/conf/domain_conf.c, virDomainFSDefParseXML: the scale is KiB. */
  private usage(element: XmlElement): number | undefined {
    const attributes = this.attributes(element, ['usage', 'units']);
    const usage = attributes.get('usage');
    if (usage === undefined) {
      this.diagnostics.push(missingAttribute('usage', 'source', element.span));
      return undefined;
    }
    return this.size('usage', usage, attributes.get('units'));
  }

  private memory(element: XmlElement | undefined): Located<number> | undefined {
    if (element === undefined) return undefined;
    const attributes = this.attributes(element, ['unit', 'dumpCore']);
    const text = located(element.text.trim(), source(element.textSpan));
    const value = this.size(element.name, text, attributes.get('unit'));
    return value === undefined ? undefined : located(value, source(element.span));
  }

  /** Whole KiB, rounded up. */
  private size(
    what: string,
    value: Located<string>,
    unit: Located<string> | undefined,
  ): number | undefined {
    const bytes = scaled(value.value, unit?.value ?? 'KiB');
    if (typeof bytes === 'bigint') return Number((bytes + 1023n) / 1024n);
    const [place, text, expected] =
      bytes === 'unit' && unit !== undefined
        ? [unit, unit.value, 'b, bytes, KB, k, KiB, MB, M, MiB, GB, G, GiB, TB, T or TiB']
        : [value, value.value, 'a number that fits in 64 bits'];
    this.diagnostics.push(badValue(bytes === 'unit' ? 'unit' : what, text, expected, place.origin));
    return undefined;
  }

  private memtune(element: XmlElement | undefined): Memtune | undefined {
    if (element === undefined) return undefined;
    const children = this.children(element, {
      known: ['hard_limit', 'soft_limit', 'min_guarantee', 'swap_hard_limit'],
    });
    const first = (name: string) => this.memory(children.find((child) => child.name === name));
    return {
      origin: source(element.span),
      ...given({
        hardLimitKiB: first('hard_limit'),
        softLimitKiB: first('soft_limit'),
        minGuaranteeKiB: first('min_guarantee'),
        swapHardLimitKiB: first('swap_hard_limit'),
      }),
    };
  }

  private resource(element: XmlElement | undefined): Resource | undefined {
    if (element === undefined) return undefined;
    const children = this.children(element, {
      known: ['partition'],
      unsupported: ['fibrechannel'],
    });
    const partition = this.text(children[0]);
    if (partition !== undefined && !/^\/(?!.*(^|\/)\.\.(\/|$))/.test(partition.value)) {
      this.diagnostics.push(
        badValue('partition', partition.value, "an absolute path without '..'", partition.origin),
      );
    }
    return { origin: source(element.span), ...given({ partition }) };
  }

  private lifecycle(element: XmlElement | undefined): Located<LifecycleAction> | undefined {
    const text = this.text(element);
    if (text === undefined) return undefined;
    const action = lifecycleActions.find((candidate) => candidate === text.value);
    if (action !== undefined) return located(action, text.origin);
    this.diagnostics.push(badValue('action', text.value, lifecycleActions.join(', '), text.origin));
    return undefined;
  }

  private uuid(element: XmlElement | undefined): Located<string> | undefined {
    const text = this.text(element);
    if (text === undefined) return undefined;
    const hex = text.value.replaceAll('-', '').trim().toLowerCase();
    if (/^[0-9a-f]{32}$/.test(hex)) {
      return located(hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-'), text.origin);
    }
    this.diagnostics.push(badValue('uuid', text.value, '32 hexadecimal digits', text.origin));
    return undefined;
  }

  /** LXC has no virtual processors; only a pinning would mean something. */
  private vcpu(element: XmlElement | undefined): void {
    const cpuset = element?.attributes.find(({ name }) => name === 'cpuset');
    if (cpuset !== undefined)
      this.diagnostics.push(unsupportedAttribute('cpuset', 'vcpu', cpuset.span));
  }

  private clock(element: XmlElement | undefined): void {
    const offset = element?.attributes.find(({ name }) => name === 'offset');
    if (element !== undefined && offset !== undefined && offset.value !== 'utc') {
      this.diagnostics.push(elementIgnored('clock', element.span));
    }
  }

  private text(element: XmlElement | undefined): Located<string> | undefined {
    return element === undefined ? undefined : located(element.text, source(element.textSpan));
  }

  private attributes(element: XmlElement, known: readonly string[]): Map<string, Located<string>> {
    for (const { name, span } of element.attributes) {
      if (known.includes(name) || name === 'xmlns' || name.startsWith('xmlns:')) continue;
      this.diagnostics.push(unknownAttribute(name, element.name, span, nearest(name, known)));
    }
    return new Map(
      element.attributes.map(({ name, value, span }) => [name, located(value, source(span))]),
    );
  }

  /** The children that are read; of the others each is told. */
  private children(element: XmlElement, content: Content): readonly XmlElement[] {
    const { known, unsupported = [], ignored = [], many = [] } = content;
    const seen = new Map<string, XmlElement>();
    return element.children.filter((child) => {
      const { name, span } = child;
      if (unsupported.includes(name)) this.diagnostics.push(unsupportedElement(name, span));
      else if (ignored.includes(name)) this.diagnostics.push(elementIgnored(name, span));
      else if (!known.includes(name)) {
        this.diagnostics.push(unknownElement(name, element.name, span, nearest(name, known)));
      } else {
        const before = seen.get(name);
        seen.set(name, child);
        if (before === undefined || many.includes(name)) return true;
        this.diagnostics.push(elementTwice(name, span, before.span));
      }
      return false;
    });
  }
}

const isPolicy = (text: string): text is Capabilities['policy'] =>
  text === 'default' || text === 'allow' || text === 'deny';

const isSourced = (kind: string): kind is 'mount' | 'bind' | 'block' | 'file' | 'template' =>
  ['mount', 'bind', 'block', 'file', 'template'].includes(kind);

/** Without double slashes and a slash at the end. */
const cleaned = (path: string): string => path.replaceAll(/\/+/g, '/').replace(/(.)\/$/, '$1');

/** Only the properties that have a value. */
function given<T extends Record<string, unknown>>(
  properties: T,
): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const entries = Object.entries(properties).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]?: Exclude<T[K], undefined> };
}

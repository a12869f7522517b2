import type { Located, Origin } from '../diagnostics/origin.ts';
import { MOST_GRACE_SECONDS } from '../linux/end-requests.ts';
import { type ProcFile, procFiles } from '../linux/proc-files.ts';
import { isProcessLimit, type ProcessLimitName, readLimit } from '../linux/process-limits.ts';
import { isSysctlName } from '../linux/sysctl.ts';
import type { Metadata, MetadataNode } from './metadata.ts';

/**
 * What libvirt's domain XML has no words for stands in `<metadata>`, where libvirt keeps it: one element of this
 * namespace, `<lxplain:domain>`, as it keeps no second one.
 */
export const EXTENSION = 'urn:lxplain:domain:1';

/** The profile of system calls that this program brings. */
export const BUILTIN = 'builtin';

/** The longest log of a console. */
const MOST_LOG_BYTES = 1 << 30;

/** Who else can answer for files of /proc. @see https://linuxcontainers.org/lxcfs/ */
const LXCFS = 'lxcfs';

/** What an attribute of the extension takes. */
export interface ExtensionAttribute {
  readonly accepts: (text: string) => boolean;
  /** For whoever gave something else. */
  readonly expected: string;
  readonly required?: true;
}

/** Of one of its elements. */
export interface ExtensionElement {
  readonly attributes: Readonly<Record<string, ExtensionAttribute>>;
  /** May be there more than once. */
  readonly repeats?: true;
}

const yesOrNo: ExtensionAttribute = {
  accepts: (text) => text === 'yes' || text === 'no',
  expected: 'yes or no',
};

const limit: ExtensionAttribute = {
  accepts: (text) => readLimit(text) !== undefined,
  expected: 'a number or unlimited',
};

/** The elements of the extension. */
export const extensions = {
  shutdown: {
    attributes: {
      grace: {
        accepts: (text) => /^\d{1,5}$/.test(text) && Number(text) <= MOST_GRACE_SECONDS,
        expected: `seconds from 0 to ${MOST_GRACE_SECONDS}`,
      },
    },
  },
  cgroup: { attributes: { delegate: yesOrNo } },
  log: {
    attributes: {
      size: {
        accepts: (text) => /^\d{1,10}$/.test(text) && Number(text) <= MOST_LOG_BYTES,
        expected: `bytes from 0 to ${MOST_LOG_BYTES}`,
      },
    },
  },
  proc: {
    attributes: {
      meminfo: yesOrNo,
      cpuinfo: yesOrNo,
      diskstats: yesOrNo,
      loadavg: yesOrNo,
      stat: yesOrNo,
      swaps: yesOrNo,
      uptime: yesOrNo,
      from: { accepts: (text) => text === LXCFS, expected: LXCFS },
    },
  },
  security: {
    attributes: {
      no_new_privs: yesOrNo,
      seccomp: {
        accepts: (text) => text === BUILTIN || text.startsWith('/'),
        expected: `${BUILTIN}, or the absolute path of a profile`,
      },
    },
  },
  limit: {
    attributes: {
      name: {
        accepts: isProcessLimit,
        expected: 'a limit of setrlimit(2) such as nofile or nproc',
        required: true,
      },
      soft: { ...limit, required: true },
      hard: limit,
    },
    repeats: true,
  },
  sysctl: {
    attributes: {
      name: {
        accepts: isSysctlName,
        expected: 'a name of sysctl(8) such as net.ipv4.ip_forward',
        required: true,
      },
      value: {
        // biome-ignore lint/suspicious/noControlCharactersInRegex: a line of text has none but tabs.
        accepts: (text) => /^[^\u0000-\u0008\u000a-\u001f\u007f]{1,1024}$/.test(text),
        expected: 'one line of text',
        required: true,
      },
    },
    repeats: true,
  },
} as const satisfies Readonly<Record<string, ExtensionElement>>;

export type ExtensionName = keyof typeof extensions;

/** A resource limit of init and of all that it starts. @see setrlimit(2) */
export interface ProcessLimit {
  readonly name: ProcessLimitName;
  /** Decimal digits, or `unlimited`. */
  readonly soft: string;
  readonly hard: string;
  readonly origin: Origin;
}

/** A setting of the kernel. @see sysctl(8) */
export interface Sysctl {
  readonly name: string;
  readonly value: string;
  readonly origin: Origin;
}

/** Which files of /proc show what the container has. */
export interface ProcRequest {
  readonly files: readonly ProcFile[];
  readonly meminfo: boolean;
  /** They are those of lxcfs, which runs on the machine. */
  readonly ofLxcfs: boolean;
  readonly origin: Origin;
}

/** What a domain says in the extension, each only if it does. */
export interface Extension {
  /** How long init has to end after it was asked to. */
  readonly graceSeconds?: number;
  /** How long a log of a console gets before it becomes the older one; 0: nothing is kept. */
  readonly logBytes?: Located<number>;
  /** Whether init gets the group of v2 to make groups of its own in. */
  readonly delegatesGroup?: boolean;
  /** No program that is executed inside gains a right by set-uid, set-gid or file capabilities. @see prctl(2), PR_SET_NO_NEW_PRIVS */
  readonly noNewPrivs?: { readonly origin: Origin };
  /** `builtin`, or the path of a profile of system calls on the host. */
  readonly seccomp?: Located<string>;
  readonly proc?: ProcRequest;
  readonly limits: readonly ProcessLimit[];
  readonly sysctls: readonly Sysctl[];
}

/** What the extension says; what it says wrongly the front end has told. */
export function extensionOf(metadata: Metadata | undefined): Extension | undefined {
  const own = metadata?.children.find(
    (child): child is Element =>
      child.kind === 'element' && isExtension(child, metadata.attributes),
  );
  if (metadata === undefined || own === undefined) return undefined;
  const all = (name: ExtensionName) =>
    own.children.flatMap((child) =>
      child.kind === 'element' && localName(child.name) === name
        ? [{ values: valuesOf(child, name), origin: child.origin ?? metadata.origin }]
        : [],
    );
  const [shutdown, cgroup, log, proc, security] = [
    all('shutdown')[0],
    all('cgroup')[0],
    all('log')[0],
    all('proc')[0],
    all('security')[0],
  ];
  const { grace } = shutdown?.values ?? {};
  const { delegate } = cgroup?.values ?? {};
  return {
    ...(grace === undefined ? {} : { graceSeconds: Number(grace) }),
    ...(delegate === undefined ? {} : { delegatesGroup: delegate === 'yes' }),
    ...(log?.values.size === undefined
      ? {}
      : { logBytes: { value: Number(log.values.size), origin: log.origin } }),
    ...(proc === undefined ? {} : { proc: readProc(proc) }),
    ...(security === undefined ? {} : readSecurity(security)),
    limits: all('limit').flatMap(({ values: { name, soft, hard = soft }, origin }) =>
      name === undefined || !isProcessLimit(name) || soft === undefined || hard === undefined
        ? []
        : [{ name, soft: readLimit(soft) ?? soft, hard: readLimit(hard) ?? hard, origin }],
    ),
    sysctls: all('sysctl').flatMap(({ values: { name, value }, origin }) =>
      name === undefined || value === undefined ? [] : [{ name, value, origin }],
    ),
  };
}

const readSecurity = ({ values, origin }: Placed): Pick<Extension, 'noNewPrivs' | 'seccomp'> => ({
  ...(values.no_new_privs === 'yes' ? { noNewPrivs: { origin } } : {}),
  ...(values.seccomp === undefined ? {} : { seccomp: { value: values.seccomp, origin } }),
});

/** Of lxcfs without a name all of them. */
function readProc({ values, origin }: Placed): ProcRequest {
  const ofLxcfs = values.from === LXCFS;
  const named = procFiles.filter((file) => values[file] === 'yes');
  const isAll = ofLxcfs && Object.keys(values).length === 1;
  return { files: isAll ? procFiles : named, meminfo: values.meminfo !== 'no', ofLxcfs, origin };
}

interface Placed {
  readonly values: Readonly<Record<string, string>>;
  readonly origin: Origin;
}

type Element = Extract<MetadataNode, { readonly kind: 'element' }>;

/** The attributes that have a value which they take. */
function valuesOf(element: Element, of: ExtensionName): Readonly<Record<string, string>> {
  const { attributes }: ExtensionElement = extensions[of];
  return Object.fromEntries(
    element.attributes
      .filter(({ name, value }) => attributes[name]?.accepts(value) === true)
      .map(({ name, value }) => [name, value]),
  );
}

/** One of its elements, as a front end writes it that has no XML. */
export interface ExtensionPart {
  readonly name: ExtensionName;
  readonly attributes: Readonly<Record<string, string>>;
  readonly origin: Origin;
}

/** The extension with these elements. */
export const extensionWith = (parts: readonly ExtensionPart[], origin: Origin): Metadata => ({
  attributes: [],
  children: [
    {
      kind: 'element',
      name: 'lxplain:domain',
      attributes: [{ name: 'xmlns:lxplain', value: EXTENSION }],
      children: parts.map(({ name, attributes, origin: at }) => ({
        kind: 'element',
        name: `lxplain:${name}`,
        attributes: Object.entries(attributes).map(([key, value]) => ({ name: key, value })),
        children: [],
        origin: at,
      })),
    },
  ],
  origin,
});

/** Whether nothing but these elements of the extension stands in `<metadata>`. */
export const isOnly = (
  { attributes, children }: Metadata,
  names: readonly ExtensionName[],
): boolean =>
  children.every(
    (child) =>
      child.kind === 'element' &&
      isExtension(child, attributes) &&
      child.children.every(
        (each) =>
          each.kind === 'element' && (names as readonly string[]).includes(localName(each.name)),
      ),
  );

const isExtension = (element: Element, outer: Metadata['attributes']): boolean =>
  isOf(element, EXTENSION, outer);

/** The element of a namespace that another program has noted in a domain. */
export const elementOf = (of: Metadata | undefined, uri: string): Element | undefined =>
  of?.children.find(
    (child): child is Element => child.kind === 'element' && isOf(child, uri, of.attributes),
  );

const isOf = (element: Element, uri: string, outer: Metadata['attributes']): boolean =>
  [...element.attributes, ...outer].some(
    ({ name, value }) => value === uri && name === declarationOf(element.name),
  );

const localName = (name: string): string => name.slice(name.indexOf(':') + 1);

/** The attribute that declares the namespace of a name. */
const declarationOf = (name: string): string =>
  name.includes(':') ? `xmlns:${name.slice(0, name.indexOf(':'))}` : 'xmlns';

/** Documents that attack a parser. */
export interface Hostile {
  readonly name: string;
  readonly document: string | Uint8Array;
  /** What answers it: the beginning of a code, or of several between `|`. */
  readonly code: string;
}

const LARGEST = 4 * 1024 * 1024;

const domain = (more: string): string =>
  `<domain type='lxc'><name>vm1</name><memory>65536</memory><os><type>exe</type><init>/sbin/init</init></os>${more}</domain>`;
const devices = (content: string): string => domain(`<devices>${content}</devices>`);
const doctype = (subset: string, content = '&a;'): string =>
  `<!DOCTYPE domain [${subset}]>${domain(`<description>${content}</description>`)}`;
const deep = (depth: number): string => `${'<a>'.repeat(depth)}${'</a>'.repeat(depth)}`;
/** As often as fits into the largest file. */
const filled = (before: string, piece: string, after: string): string =>
  before +
  piece.repeat(Math.floor((LARGEST - before.length - after.length - 100) / piece.length)) +
  after;
const numbered = (count: number, make: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => make(index)).join('');
const huge = '18446744073709551616';

export const hostile: readonly Hostile[] = [
  // Entities.
  {
    name: 'billion laughs',
    document: doctype(
      `<!ENTITY z 'lol'>${numbered(9, (index) => `<!ENTITY ${'ihgfedcba'[index]} '${`&${'zihgfedcba'[index]};`.repeat(10)}'>`)}`,
    ),
    code: 'xml/entity-too-long',
  },
  {
    name: 'a long entity, often',
    document: doctype(`<!ENTITY a '${'x'.repeat(100_000)}'>`, '&a;'.repeat(20_000)),
    code: 'xml/entity-too-long',
  },
  {
    name: 'an empty entity, often',
    document: doctype("<!ENTITY a ''>", '&a;'.repeat(100_000)),
    code: 'xml/too-many-nodes',
  },
  {
    name: 'a chain of entities',
    document: doctype(
      `${numbered(50_000, (index) => `<!ENTITY e${index} '&e${index + 1};'>`)}<!ENTITY a '&e0;'>`,
    ),
    code: 'xml/not-well-formed',
  },
  {
    name: 'an entity that contains itself',
    document: doctype("<!ENTITY a '&a;'>"),
    code: 'xml/not-well-formed',
  },
  {
    name: 'an entity in a file',
    document: doctype("<!ENTITY a SYSTEM 'file:///etc/passwd'>"),
    code: 'xml/doctype',
  },
  {
    name: 'a DTD in a device',
    document: `<!DOCTYPE domain SYSTEM '/dev/zero'>${domain('')}`,
    code: 'xml/doctype',
  },
  {
    name: 'parameter entities',
    document: doctype("<!ENTITY % b '%b;%b;'> %b;"),
    code: 'xml/doctype',
  },
  {
    name: 'a second DOCTYPE',
    document: `<!DOCTYPE domain><!DOCTYPE domain>${domain('')}`,
    code: 'xml/not-well-formed',
  },
  {
    name: 'many character references',
    document: filled("<domain type='lxc'><name>", '&#65;', '</name></domain>'),
    code: 'xml/text-too-long',
  },
  {
    name: 'many short texts of references',
    document: filled("<domain type='lxc'>", `${'&#65;'.repeat(1000)}<a/>`, '</domain>'),
    code: 'xml/too-many-nodes',
  },
  {
    name: 'XInclude',
    document: domain(
      "<xi:include xmlns:xi='http://www.w3.org/2001/XInclude' href='/etc/passwd' parse='text'/>",
    ),
    code: 'xml/unknown-element',
  },

  // Depth and width.
  { name: 'depth 255', document: deep(255), code: 'xml/wrong-root' },
  { name: 'depth 256', document: deep(256), code: 'xml/wrong-root' },
  { name: 'depth 257', document: deep(257), code: 'xml/too-deep' },
  { name: 'depth 100,000', document: deep(100_000), code: 'xml/too-deep' },
  { name: 'start tags only', document: filled('', '<a>', ''), code: 'xml/too-deep' },
  {
    name: '200,000 attributes',
    document: `<domain ${numbered(200_000, (index) => ` a${index}=''`)}/>`,
    code: 'xml/too-many-attributes',
  },
  {
    name: 'one attribute 200,000 times',
    document: `<domain ${" a=''".repeat(200_000)}/>`,
    code: 'xml/too-many-attributes',
  },
  {
    name: 'many namespaces, deep',
    document: `${numbered(250, (depth) => `<a ${numbered(100, (index) => ` xmlns:p${index}='${depth}'`)}>`)}${'</a>'.repeat(250)}`,
    code: 'xml/too-many-nodes',
  },
  {
    name: 'many prefixes that are not declared',
    document: filled("<domain type='lxc'>", '<p:a/>', '</domain>'),
    code: 'xml/too-many-nodes',
  },
  {
    name: 'many empty elements',
    document: filled("<domain type='lxc'>", '<a/>', '</domain>'),
    code: 'xml/too-many-nodes',
  },
  {
    name: 'many comments',
    document: filled("<domain type='lxc'>", '<!---->', '</domain>'),
    code: 'xml/too-many-nodes',
  },
  {
    name: 'many CDATA sections',
    document: filled("<domain type='lxc'>", '<![CDATA[]]>', '</domain>'),
    code: 'xml/too-many-nodes',
  },
  {
    name: 'many instructions',
    document: filled("<domain type='lxc'>", '<?a?>', '</domain>'),
    code: 'xml/too-many-nodes',
  },
  {
    name: '9,000 unknown elements',
    document: devices('<a/>'.repeat(9_000)),
    code: 'xml/unknown-element',
  },
  {
    name: '4,000 unknown attributes',
    document: devices("<emulator a=''/>".repeat(4_000)),
    code: 'xml/unknown-attribute|xml/element-repeated',
  },
  {
    name: '100,000 filesystems',
    document: devices('<filesystem/>'.repeat(100_000)),
    code: 'xml/too-many-nodes',
  },
  {
    name: '9,000 filesystems',
    document: devices('<filesystem/>'.repeat(9_000)),
    code: 'device/no-source',
  },
  {
    name: '1,500 filesystems in each other',
    document: devices(
      numbered(
        1_500,
        (index) => `<filesystem><source dir='/'/><target dir='/${index}'/></filesystem>`,
      ),
    ),
    code: 'privilege',
  },
  {
    name: '1,500 filesystems on one target',
    document: devices(
      "<filesystem><source dir='/'/><target dir='/mnt'/></filesystem>".repeat(1_500),
    ),
    code: 'filesystem/target-covered|filesystem',
  },
  {
    name: '1,500 consoles',
    document: devices("<console type='pty'/>".repeat(1_500)),
    code: 'privilege',
  },
  {
    name: 'many capabilities',
    document: domain(`<features><capabilities>${'<a/>'.repeat(9_000)}</capabilities></features>`),
    code: 'capability/unknown',
  },
  {
    name: 'many ids',
    document: domain(`<idmap>${"<uid start='0' target='0' count='1'/>".repeat(2_000)}</idmap>`),
    code: 'idmap/only-one',
  },
  {
    name: 'a set of all CPUs, 100,000 times',
    document: domain(`<vcpu cpuset='${'0-16383,'.repeat(100_000)}'>1</vcpu>`),
    code: 'privilege',
  },
  {
    name: '1,500 NUMA cells with all CPUs',
    document: domain(
      `<vcpu>9</vcpu><cpu><numa>${numbered(1_500, (index) => `<cell id='${index}' cpus='0-16383' memory='4'/>`)}</numa></cpu>`,
    ),
    code: 'privilege|ignored',
  },
  {
    name: '2,000 schedulers of all CPUs',
    document: domain(
      `<vcpu>20000</vcpu><cputune>${"<vcpusched vcpus='0-16383' scheduler='idle'/>".repeat(2_000)}</cputune>`,
    ),
    code: 'cputune/schedulers-overlap',
  },
  {
    name: 'as many threads as there may be',
    document: domain("<iothreads>16384</iothreads><iothreadids><iothread id='9'/></iothreadids>"),
    code: 'privilege|ignored',
  },
  {
    name: '1,000 disks',
    document: devices(
      numbered(1_000, (index) => {
        const letters = [676, 26, 1].map(
          (n) => 'abcdefghijklmnopqrstuvwxyz'[Math.floor(index / n) % 26],
        );
        return `<disk><source file='/a'/><target dev='sd${letters.join('')}' bus='scsi'/></disk>`;
      }),
    ),
    code: 'privilege|domain',
  },
  {
    name: 'many names',
    document: domain('<name>vm1</name>'.repeat(9_000)),
    code: 'xml/element-repeated',
  },

  // Long things.
  {
    name: 'more than 4 MiB',
    document: domain(`<description>${'x'.repeat(11 * 1024 * 1024)}</description>`),
    code: 'file/too-large',
  },
  {
    name: 'a text of 4 MiB',
    document: filled("<domain type='lxc'><description>", 'x', '</description></domain>'),
    code: 'xml/text-too-long',
  },
  {
    name: 'a text of a few characters beyond the first plane',
    document: `<domain type='lxc'><description>${'💩'.repeat(1_000_000)}</description></domain>`,
    code: 'xml/text-too-long',
  },
  { name: 'a name of 4 MiB', document: filled('<', 'a', '/>'), code: 'xml/name-too-long' },
  {
    name: 'a name of an attribute of 4 MiB',
    document: filled('<a ', 'a', "=''/>"),
    code: 'xml/name-too-long',
  },
  {
    name: 'a value of 4 MiB',
    document: filled("<domain type='", 'a', "'/>"),
    code: 'xml/text-too-long',
  },
  {
    name: 'a comment of hyphens',
    document: filled('<a><!--', '- ', '--></a>'),
    code: 'xml/wrong-root',
  },
  {
    name: 'a comment that does not end',
    document: filled('<a><!--', '- ', ''),
    code: 'xml/not-well-formed',
  },
  {
    name: 'a declaration of 4 MiB',
    document: filled('<?xml version="', '1', '"?><a/>'),
    code: 'xml/not-well-formed',
  },
  { name: 'blanks in a tag', document: filled('<a', ' ', '/>'), code: 'xml/wrong-root' },
  { name: 'blanks in a document', document: filled('', '\n', '<a/>'), code: 'xml/wrong-root' },
  {
    name: 'line ends',
    document: filled("<domain type='lxc'>", `${'\r\n'.repeat(1000)}<a/>`, '</domain>'),
    code: 'name/missing',
  },
  { name: 'brackets', document: filled('<a>', ']', '</a>'), code: 'xml/text-too-long' },
  { name: 'ampersands', document: filled('<a>', '&', '</a>'), code: 'xml/text-too-long' },
  { name: 'quotes', document: filled('<a b=', '"', '/>'), code: 'xml/not-well-formed' },
  {
    name: 'a domain name of 1 MiB',
    document: domain('').replace('vm1', 'a'.repeat(1024 * 1024)),
    code: 'name/not-a-file-name',
  },

  // Odd characters and names.
  { name: 'NUL', document: domain('\0'), code: 'xml/not-text' },
  { name: 'NUL, 4 MiB of it', document: new Uint8Array(LARGEST), code: 'xml/not-text' },
  {
    name: 'a lone surrogate',
    document: Uint8Array.from([0x3c, 0x61, 0x3e, 0xed, 0xa0, 0x80]),
    code: 'file/not-utf8',
  },
  {
    name: 'an overlong slash',
    document: Uint8Array.from([0x3c, 0xc0, 0xaf]),
    code: 'file/not-utf8',
  },
  { name: 'UTF-16', document: Buffer.from('\ufeff<domain/>', 'utf16le'), code: 'file/not-utf8' },
  {
    name: 'bytes that are not UTF-8 at the end of 4 MiB',
    document: Buffer.concat([Buffer.alloc(LARGEST - 1, 0x20), Buffer.from([0xff])]),
    code: 'file/not-utf8',
  },
  {
    name: 'an escape',
    document: domain('<title>\u001b]0;x\u0007</title>'),
    code: 'xml/not-well-formed',
  },
  { name: 'the name ..', document: domain('').replace('vm1', '..'), code: 'name/not-a-file-name' },
  {
    name: 'the name a/b',
    document: domain('').replace('vm1', 'a/b'),
    code: 'name/not-a-file-name',
  },
  {
    name: 'elements __proto__ and constructor',
    document: domain('<__proto__ constructor="" __proto__=""/><constructor/>'),
    code: 'xml/unknown-element',
  },
  {
    name: 'capabilities __proto__ and constructor',
    document: domain(
      '<features><capabilities><__proto__/><constructor/></capabilities></features>',
    ),
    code: 'capability/unknown',
  },
  { name: 'two roots', document: domain('') + domain(''), code: 'xml/not-well-formed' },
  { name: 'two names', document: domain('<name>vm2</name>'), code: 'xml/element-repeated' },

  // Numbers.
  { name: '2^64 as memory', document: domain('').replace('65536', huge), code: 'size/invalid' },
  {
    name: '2^64 as ids',
    document: domain(
      `<idmap><uid start='0' target='${huge}' count='${huge}'/><gid start='0' target='0' count='1'/></idmap>`,
    ),
    code: 'idmap/invalid',
  },
  {
    name: '2^64 as size of a file system',
    document: devices(
      `<filesystem type='ram'><source usage='${huge}'/><target dir='/tmp'/></filesystem>`,
    ),
    code: 'filesystem/invalid-usage',
  },
  {
    name: '2^64 as processors',
    document: domain(`<vcpu>${huge}</vcpu>`),
    code: 'vcpu/not-a-number',
  },
  {
    name: '2^64 processors in a set',
    document: domain(`<vcpu cpuset='0-${huge}'>1</vcpu>`),
    code: 'set/malformed',
  },
  {
    name: '2^64 as share',
    document: domain(`<cputune><shares>${huge}</shares></cputune>`),
    code: 'cputune/not-a-number',
  },
  {
    name: 'a number of 1 MiB',
    document: domain('').replace('65536', '1'.repeat(1024 * 1024)),
    code: 'size/invalid',
  },
];

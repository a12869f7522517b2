import { domain, type Explanation } from './explanation.ts';

/** Faults of a document as XML, whatever it says. */
export const xml = {
  'xml/not-well-formed': {
    summary:
      'The text breaks a rule of XML, so nothing can be said about what it means. Only the first such fault is reported; the notes name a second place where one matters, such as the start of an element that is closed by another name.',
    example: domain("<domain type='lxc'>\n  <name>vm1</nome>\n</domain>"),
    remedy:
      'Correct the text at the place shown: most often a tag, a quote or an `&` is missing or misspelt.',
  },
  'xml/not-text': {
    summary: 'The file has a NUL byte. libvirt would see only what stands before it.',
    example: domain("<domain type='lxc'>\0</domain>"),
    remedy: 'Remove the byte; the file may have been damaged or not be XML at all.',
  },
  'xml/empty': {
    summary: 'There is no element in the document.',
    example: domain('<?xml version="1.0"?>\n<!-- nothing -->'),
    remedy: "Give a domain: `<domain type='lxc'>…</domain>`.",
  },
  'xml/wrong-root': {
    summary: 'The document describes something other than a domain.',
    example: domain('<network>\n  <name>default</name>\n</network>'),
    remedy: 'Check that this is the file you meant.',
  },
  'xml/doctype': {
    summary:
      'The DOCTYPE declares more than entities with their text. Declarations that need another file are never followed, and declarations that would change the tree are not supported.',
    example: domain("<!DOCTYPE domain SYSTEM 'domain.dtd'>\n<domain type='lxc'/>"),
    remedy: 'Remove the DOCTYPE, or all of it but declarations like `<!ENTITY root "/srv/root">`.',
  },
  'xml/entity-markup': {
    summary:
      'An entity that stands for elements is used. libvirt reads nothing where it is used; this is refused instead of losing it.',
    example: domain("<!DOCTYPE domain [<!ENTITY os '<os/>'>]>\n<domain type='lxc'>&os;</domain>"),
    remedy: 'Write the elements themselves in place of the reference.',
  },
  'xml/entity-too-long': {
    summary:
      'References to entities make the document grow beyond a bound. Entities that contain others can stand for gigabytes.',
    example: domain(
      `<!DOCTYPE domain [\n  <!ENTITY a "${'0123456789'.repeat(10)}">\n  <!ENTITY b "${'&a;'.repeat(30)}">\n  <!ENTITY c "${'&b;'.repeat(30)}">\n]>\n<domain type='lxc'>&c;</domain>`,
    ),
    remedy: 'Write the text out where it is needed.',
  },
  'xml/too-deep': {
    summary: 'Elements are nested deeper than libxml2, and so libvirt, would read.',
    example: domain(`<domain type='lxc'>${'<a>'.repeat(256)}${'</a>'.repeat(256)}</domain>`),
    remedy: 'No domain needs this; check what made the file.',
  },
  'xml/too-many-nodes': {
    summary:
      'The document has more elements, attributes, references, comments and instructions than are read.',
    example: domain(`<domain type='lxc'>${'<a/>'.repeat(10_000)}</domain>`),
    remedy: 'No domain needs this; check what made the file.',
  },
  'xml/too-many-attributes': {
    summary: 'An element has more attributes than are read.',
    example: domain(
      `<domain${Array.from({ length: 257 }, (_, index) => ` a${index}=''`).join('')}/>`,
    ),
    remedy: 'No domain needs this; check what made the file.',
  },
  'xml/name-too-long': {
    summary: 'The name of an element, attribute or entity is longer than is read.',
    example: domain(`<domain type='lxc'><${'a'.repeat(1025)}/></domain>`),
    remedy: 'No domain needs this; check what made the file.',
  },
  'xml/text-too-long': {
    summary: 'A text or the value of an attribute is longer than is read.',
    example: domain(
      `<domain type='lxc'><description>${'a'.repeat(1024 * 1024 + 1)}</description></domain>`,
    ),
    remedy: 'Shorten it; long notes of other programs do not belong into a domain.',
  },
  'xml/too-many-faults': {
    summary: 'The domain has so many faults that the rest of it is not looked at.',
    example: domain(`<devices>${'<filesystem/>'.repeat(1001)}</devices>`),
    remedy: 'Check that this is the file you meant.',
  },
  'xml/undeclared-prefix': {
    summary:
      'A name has a prefix that is not declared, so it means nothing to libvirt: an `<lxc:namespace>` without `xmlns:lxc` is dropped in silence.',
    example: domain("<lxc:namespace><lxc:sharenet type='none' value=''/></lxc:namespace>"),
    remedy:
      "Declare it: `<domain type='lxc' xmlns:lxc='http://libvirt.org/schemas/domain/lxc/1.0'>`, or remove the element.",
  },
  'xml/encoding-ignored': {
    summary:
      'The document declares an encoding other than UTF-8. As in libvirt the declaration has no effect: the bytes are read as UTF-8.',
    example: domain("<?xml version='1.0' encoding='ISO-8859-1'?>\n<domain type='lxc'/>"),
    remedy: "Convert the file (`iconv -t UTF-8`) and declare `encoding='UTF-8'`, or nothing.",
  },
  'xml/unknown-element': {
    summary:
      'An element is not known where it stands. libvirt drops it in silence; it has no effect here either, but that is said.',
    example: domain(
      "<devices>\n  <filesystm type='mount'>\n    <source dir='/srv/vm1'/>\n    <target dir='/'/>\n  </filesystm>\n</devices>",
    ),
    remedy: 'Correct its spelling, move it where it belongs, or remove it.',
  },
  'xml/unknown-attribute': {
    summary: 'An attribute is not known on its element. libvirt drops it in silence.',
    example: domain("<memory units='MiB'>64</memory>"),
    remedy: 'Correct its spelling or remove it.',
  },
  'xml/element-ignored': {
    summary: 'The element is known, but says nothing to a container. libvirt drops it in silence.',
    example: domain(
      '<os><type>exe</type><init>/sbin/init</init><kernel>/boot/vmlinuz</kernel></os>',
    ),
    remedy: 'Remove it.',
  },
} as const satisfies Readonly<Record<string, Explanation>>;

import fc from 'fast-check';

/** What a document is made of, well-formed and otherwise, so that every rule of XML meets every other. */
const pieces = [
  '<a>',
  '</a>',
  '<b>',
  '</b>',
  '<a/>',
  '<b c="d"/>',
  "<b c='d' e='f'>",
  '<p:q>',
  '</p:q>',
  '<',
  '>',
  '</',
  '/>',
  '<a ',
  '<a',
  ' ',
  '\n',
  '\t',
  '\r',
  '\r\n',
  'text',
  'é',
  '\u{1f4a9}',
  '\ufeff',
  '\u0001',
  '\ufffe',
  '\0',
  '\u00a0',
  '0',
  '-',
  '.',
  ':',
  '=',
  '"',
  "'",
  ' x="y"',
  " x='y'",
  ' x=',
  ' x',
  ' xmlns:p="u"',
  ' xmlns="u"',
  ' p:x="y"',
  '&amp;',
  '&lt;',
  '&#65;',
  '&#x41;',
  '&#0;',
  '&#xD800;',
  '&#',
  '&#x',
  '&',
  '&foo;',
  '&e;',
  '&amp',
  ';',
  '<!--',
  '-->',
  '--',
  '->',
  '<!-- c -->',
  '<![CDATA[',
  ']]>',
  ']]',
  ']',
  '<![CDATA[x]]>',
  '<!',
  '<?',
  '?>',
  '<?p x?>',
  '<?xml',
  "<?xml version='1.0'?>",
  ' version="1.0"',
  ' encoding="UTF-8"',
  ' standalone="yes"',
  '<!DOCTYPE a>',
  '<!DOCTYPE a [',
  ']>',
  '<!ENTITY e "v">',
  "<!ENTITY e '&e;'>",
  '<!ENTITY f "&e;">',
  '%',
];

const piece = fc.constantFrom(...pieces);

/** Well-formed content of an element. */
const content = fc.letrec<{ element: string; nodes: string }>((tie) => ({
  nodes: fc
    .array(
      fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        fc.constantFrom(
          'text',
          ' ',
          '\n',
          '&amp;',
          '&#65;',
          '<!-- c -->',
          '<![CDATA[<x>]]>',
          '<?p x?>',
          ']]',
          '>',
        ),
        tie('element'),
      ),
      { maxLength: 4 },
    )
    .map((nodes) => nodes.join('')),
  element: fc
    .tuple(
      fc.constantFrom('a', 'b', 'p:q', 'é', '_x-1.y'),
      fc.uniqueArray(
        fc.constantFrom(' c="d"', " e='f'", ' xmlns:p="u"', ' xmlns="v"', '\n', ' g="&lt;\t&#10;"'),
        { maxLength: 3 },
      ),
      tie('nodes'),
    )
    .map(([name, attributes, nodes]) =>
      nodes === ''
        ? `<${name}${attributes.join('')}/>`
        : `<${name}${attributes.join('')}>${nodes}</${name}>`,
    ),
}));

const wellFormed = fc
  .tuple(
    fc.constantFrom(
      '',
      '\ufeff',
      "<?xml version='1.0'?>",
      '<?xml version="1.0" encoding="utf-8"?>\n',
    ),
    fc.constantFrom('', '<!-- c -->', '<?p?>\n', '<!DOCTYPE a>', "<!DOCTYPE a [<!ENTITY e 'v'>]>"),
    content.element,
    fc.constantFrom('', '\n', '<!-- c -->'),
  )
  .map((parts) => parts.join(''));

interface Edit {
  readonly at: number;
  readonly remove: number;
  readonly insert: string;
}

const edit: fc.Arbitrary<Edit> = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  remove: fc.integer({ min: 0, max: 3 }),
  insert: fc.oneof(fc.constant(''), piece, fc.string({ maxLength: 2 })),
});

function apply(document: string, { at, remove, insert }: Edit): string {
  const start = Math.floor(at * document.length);
  return document.slice(0, start) + insert + document.slice(start + remove);
}

/** Well-formed documents, those with a few edits, and heaps of pieces. */
export const documents: fc.Arbitrary<string> = fc.oneof(
  wellFormed,
  fc
    .tuple(wellFormed, fc.array(edit, { minLength: 1, maxLength: 3 }))
    .map(([document, edits]) => edits.reduce(apply, document)),
  fc.array(piece, { maxLength: 12 }).map((parts) => parts.join('')),
  fc.array(piece, { maxLength: 8 }).map((parts) => `<a>${parts.join('')}</a>`),
);

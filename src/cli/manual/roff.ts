/** A text as it stands: nothing in it is a request or an escape. @see groff_man(7) */
export const plain = (text: string): string =>
  text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll("'", '\\(aq')
    .replaceAll('…', '...')
    .replaceAll('→', '->')
    .replace(/^\./gm, '\\&.');

export const bold = (text: string): string => `\\fB${plain(text)}\\fR`;
export const italic = (text: string): string => `\\fI${plain(text)}\\fR`;

/** Placeholders like `<file>` in italics without their brackets, what is typed in bold. */
export const flags = (text: string): string =>
  text
    .split(/(<[^>]*>|\[[^\]]*\]|, )/)
    .filter((part) => part !== '')
    .map((part) => (part === ', ' ? part : /^[<[]/.test(part) ? placeholder(part) : bold(part)))
    .join('');

function placeholder(part: string): string {
  const name = italic(part.replaceAll(/[<>[\].]/g, ''));
  const more = part.includes('...') ? ' ...' : '';
  return part.startsWith('[') ? `[${name}]${more}` : `${name}${more}`;
}

/** A page of these sections; the date is that of its text, so that the same source makes the same page. */
export function page(
  name: string,
  section: number,
  version: string,
  sections: readonly (readonly [title: string, lines: readonly string[]])[],
): string {
  const head = `.TH ${name.toUpperCase().replaceAll('-', '\\-')} ${section} 2026-11-26 "lxplain ${version}" "lxplain manual"`;
  const lines = sections
    .filter(([, body]) => body.length > 0)
    .flatMap(([title, body]) => [`.SH ${title}`, ...body]);
  // Neither words cut in two nor blanks to fill a line: commands are to be copied.
  return `${[head, '.nh', '.ad l', ...lines].join('\n')}\n`;
}

/** A term and what it means. */
export const item = (term: string, text: string): readonly string[] => ['.TP', term, text];

/** Lines as they are, in a fixed width. */
export const example = (lines: readonly string[]): readonly string[] => [
  '.RS 4',
  '.nf',
  ...lines.map((line) => plain(line)),
  '.fi',
  '.RE',
];

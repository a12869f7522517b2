/** A longer source line is cut: it would say nothing to anybody. */
const MAX_CONTEXT = 4096;

/**
 * Where libxml2 reports a fault, in the form that virsh prints it: the line in which the reader stopped, and
 * under it a pointer.
 * @see libvirt 9.0, src/util/virxml.c, catchXMLError
 */
export function libxmlPlace(
  text: string,
  stopped: number,
): { readonly line: number; readonly context: string } {
  const isEnd = (at: number) => text[at] === '\n' || text[at] === '\r';
  let start = stopped;
  while (start > 0 && isEnd(start)) start--;
  while (start > 0 && !isEnd(start)) start--;
  if (isEnd(start)) start++;
  const rest = text.slice(start, start + MAX_CONTEXT);
  const end = rest.search(/[\r\n]/);
  const shown = end < 0 ? rest : rest.slice(0, end);
  if (shown === '') return { line: lineAt(text, stopped), context: '(null)\n^' };
  // One character for each byte before that point, though never beyond the line.
  const pointer = Buffer.from(shown)
    .subarray(0, Buffer.byteLength(text.slice(start, Math.min(stopped, start + MAX_CONTEXT))))
    .toString('latin1')
    .replace(/[^\t]/g, '-');
  return { line: lineAt(text, stopped), context: `${shown}\n${pointer}^` };
}

/** The line as libxml2 counts it: a carriage return ends none. */
export function lineAt(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf('\n'); at >= 0 && at < offset; at = text.indexOf('\n', at + 1)) line++;
  return line;
}

import { Transform } from 'node:stream';

/**
 * What a program sends to ask its terminal something: the reply of a terminal comes as if it was typed. Where nobody could
 * type it, the question is noise in a pipe, or its answer lands in the shell.
 * @see ECMA-48, 8.3.35 DSR and 8.3.24 DA; https://invisible-island.net/xterm/ctlseqs/ctlseqs.html
 */
const query =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
  /\x1b\[(?:\??[56]n|[>=]?0?c|\??\d+\$p|>0?q|\?u|(?:1[1345689]|2[01])t)|\x1b\](?:4;\d{1,3}|1\d);\?(?:\x07|\x1b\\)|\x1bP[+$]q[^\x1b]{0,64}\x1b\\/g;

/** The longest of them. */
const MOST = 80;

/** An escape sequence that has not ended yet may become one. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: as above.
const unfinished = /\x1b(?:\[[\x30-\x3f]*[\x20-\x2f]*|[\]P][^\x07\x1b]*\x1b?)?$/;

/** Lets everything through but questions to a terminal. Bytes stay as they are. */
export function withoutQueries(): Transform {
  let kept = '';
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const text = kept + chunk.toString('latin1');
      const at = text.search(unfinished);
      kept = at < 0 || text.length - at > MOST ? '' : text.slice(at);
      const whole = text.slice(0, text.length - kept.length);
      done(null, Buffer.from(whole.replaceAll(query, ''), 'latin1'));
    },
    flush(done) {
      done(null, Buffer.from(kept, 'latin1'));
    },
  });
}

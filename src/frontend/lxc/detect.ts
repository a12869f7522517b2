/**
 * Whether a text is a config of lxc-tools: it does not start as XML does, and a line of it starts with `lxc.`
 * (or, in a text without any, the name of the file says so).
 */
export function isLxcConfig(file: string, text: string): boolean {
  if (/^\s*</.test(text)) return false;
  if (/^[ \t]*lxc\./m.test(text)) return true;
  return /(^|\/)config$|\.conf$/.test(file);
}

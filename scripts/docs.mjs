// `npm run docs`: docs/terminal.svg, the picture of a terminal at the head of the README, from what the commands really print.
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = new URL('..', import.meta.url);

/** What is typed in the picture. The machine is that of golden/facts, so that everybody gets the same picture. */
const session = [
  ['plan', 'vm1.xml', '--brief'],
  ['explain', 'vm1.xml', 'cgroup.write'],
];
const COLUMNS = 98;

/** The picture as a text. */
export function picture() {
  const lines = session.flatMap((args, index) => [
    ...(index === 0 ? [] : ['']),
    `\x1b[32m$\x1b[0m \x1b[1mlxplain ${args.join(' ')}\x1b[0m`,
    ...output(args),
  ]);
  return svg(lines.map(runsOf));
}

function output(args) {
  const screen = args[0] === 'plan' ? ['--color=always', `--width=${COLUMNS}`] : [];
  const { status, stdout, stderr } = spawnSync(
    fileURLToPath(new URL('bin/lxplain', root)),
    [...args, ...screen, '--facts', fileURLToPath(new URL('golden/facts/hybrid.json', root))],
    { cwd: fileURLToPath(new URL('golden/first-hour/files', root)), encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(stderr);
  return stdout.trimEnd().split('\n').map(shortened);
}

/** No line is longer than the picture is wide; colours take no room. */
function shortened(line) {
  if (line.includes('\x1b') || [...line].length <= COLUMNS) return line;
  return `${[...line].slice(0, COLUMNS - 1).join('')}…`;
}

/** A line in pieces of one look each: `parameter` is that of SGR. */
function runsOf(line) {
  const runs = [];
  let parameter = 0;
  for (const part of line.split(/(\x1b\[\d+m)/)) {
    const [, number] = /^\x1b\[(\d+)m$/.exec(part) ?? [];
    if (number !== undefined) parameter = Number(number);
    else if (part !== '') runs.push({ parameter, text: part });
  }
  return runs;
}

const [ADVANCE, LINE, MARGIN] = [8.4, 19, 18];
const looks = {
  0: 'fill="#d8dee9"',
  1: 'fill="#eceff4" font-weight="bold"',
  2: 'fill="#7b8698"',
  32: 'fill="#a3be8c"',
  33: 'fill="#ebcb8b"',
  36: 'fill="#88c0d0"',
};

function svg(lines) {
  const width = Math.round(COLUMNS * ADVANCE + 2 * MARGIN);
  const height = lines.length * LINE + 2 * MARGIN;
  const texts = lines.flatMap((runs, index) => {
    let column = 0;
    return runs.flatMap(({ parameter, text }) => {
      const from = column;
      column += [...text].length;
      // Blanks are places, not characters: a reader of SVG may drop them.
      return [...text.matchAll(/\S+(?: \S+)*/g)].map((word) => {
        const x = MARGIN + (from + [...text.slice(0, word.index)].length) * ADVANCE;
        // The length holds the columns together in whatever font the reader has.
        const length = [...word[0]].length * ADVANCE;
        return `<text x="${x.toFixed(1)}" y="${MARGIN + LINE * index + 14}" textLength="${length.toFixed(1)}" ${looks[parameter]}>${escaped(word[0])}</text>\n`;
      });
    });
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace" font-size="14">
<title>lxplain shows what starting a container will do, and explains each step</title>
<rect width="100%" height="100%" rx="8" fill="#242933"/>
${texts.join('')}</svg>
`;
}

const escaped = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(new URL('docs/terminal.svg', root), picture());

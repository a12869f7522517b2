import { spawnSync } from 'node:child_process';
import { constants } from 'node:os';
import { emitKeypressEvents } from 'node:readline';
import { stripVTControlCharacters } from 'node:util';
import { ascii, type Marks, unicode } from '../monitor/cells.ts';
import type { Key, Screen } from '../monitor/view.ts';
import { printPainted } from './output.ts';

/**
 * The other screen of the terminal, without a cursor; and the one before, as it was.
 * @see https://invisible-island.net/xterm/ctlseqs/ctlseqs.html
 */
const [ENTER, LEAVE] = ['\x1b[?1049h\x1b[?25l', '\x1b[?25h\x1b[?1049l'] as const;
/** What stands between is shown at once, where the terminal can do that. */
const [BEGIN, END] = ['\x1b[?2026h\x1b[H', '\x1b[J\x1b[?2026l'] as const;
const REST_OF_LINE = '\x1b[K';

/** The terminal as one picture, and its keys. It is given back as it was, whatever ends the process. */
export class FullScreen {
  private readonly isColoured: boolean;
  private readonly onKey: (key: Key) => void;
  private readonly onResize: () => void;

  constructor(isColoured: boolean, onKey: (key: Key) => void, onResize: () => void) {
    this.isColoured = isColoured;
    this.onKey = onKey;
    this.onResize = onResize;
    emitKeypressEvents(process.stdin);
    process.stdin.on('keypress', (_, key: Key) => this.onKey(key));
    process.stdout.on('resize', () => this.onResize());
    for (const signal of ['SIGHUP', 'SIGINT', 'SIGTERM'] as const) {
      process.once(signal, () => {
        this.leave();
        process.exit(128 + constants.signals[signal]);
      });
    }
    this.enter();
  }

  private enter(): void {
    process.stdin.setRawMode(true).resume();
    printPainted(ENTER);
  }

  leave(): void {
    process.stdin.setRawMode(false).pause();
    printPainted(LEAVE);
  }

  /** Another program has the terminal until it ends. */
  lend(args: readonly string[]): void {
    this.leave();
    const [, script = ''] = process.argv;
    spawnSync(process.execPath, [script, ...args], { stdio: 'inherit' });
    this.enter();
  }

  get size(): Screen {
    const { columns = 80, rows = 24 } = process.stdout;
    return { width: columns, height: rows, isColoured: this.isColoured, marks: marksOfLocale() };
  }

  draw(lines: readonly string[]): void {
    const { width } = this.size;
    // Behind the last column the rest of the line would be that column.
    const shown = lines.map((line) =>
      [...stripVTControlCharacters(line)].length < width ? line + REST_OF_LINE : line,
    );
    printPainted(`${BEGIN}${shown.join('\r\n')}${END}`);
  }
}

/** @see locale(7), setlocale(3): which variable is asked first */
function marksOfLocale(): Marks {
  const { LC_ALL, LC_CTYPE, LANG } = process.env;
  const locale = LC_ALL || LC_CTYPE || LANG || '';
  return /utf-?8/i.test(locale) ? unicode : ascii;
}

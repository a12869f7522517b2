import { describe, expect, test } from 'vitest';
import { wrongRoot } from '../../src/diagnostics/catalog/definition.ts';
import { elementIgnored, elementTwice } from '../../src/diagnostics/catalog/xml.ts';
import { Lines } from '../../src/diagnostics/lines.ts';
import { inOrder, render, renderAll } from '../../src/diagnostics/render.ts';

describe('positions', () => {
  const check = (text: string, offset: number, line: number, column: number) =>
    expect(new Lines(text).position(offset)).toEqual({ line, column });

  test('LF, CR LF and CR end lines', () => {
    const text = 'a\nb\r\nc\rd';
    check(text, 0, 1, 1);
    check(text, 1, 1, 2); // the line feed itself
    check(text, 2, 2, 1);
    check(text, 3, 2, 2); // the carriage return
    check(text, 4, 2, 3); // its line feed
    check(text, 5, 3, 1);
    check(text, 7, 4, 1);
    check(text, 8, 4, 2);
    check(text, 99, 4, 2);
  });

  test('columns count characters', () => {
    const text = '\u{1f4a9}é\u{1f4a9}\n\u{1f4a9}x';
    check(text, 2, 1, 2);
    check(text, 3, 1, 3);
    check(text, 5, 1, 4);
    check(text, 6, 2, 1);
    check(text, 8, 2, 2);
  });

  test('the range of a line leaves out its end mark', () => {
    const lines = new Lines('ab\n\r\ncd\re');
    expect([1, 2, 3, 4].map((line) => lines.range(line))).toEqual([
      { start: 0, end: 2 },
      { start: 3, end: 3 },
      { start: 5, end: 7 },
      { start: 8, end: 9 },
    ]);
  });
});

const span = (start: number, end: number, file = 'a.xml') => ({ file, start, end });

test('the excerpt marks the span, tabs and all', () => {
  const sources = new Map([['a.xml', '<a>\n\t<bc/>\n</a>']]);
  expect(render(elementIgnored('bc', span(5, 10)), sources)).toBe(
    `a.xml:2:2: warning: <bc> has no effect on a container [xml/element-ignored]
 2 |  <bc/>
   |  ^^^^^`,
  );
});

test('a long line is cut around the span', () => {
  const text = `<a>${'x'.repeat(5000)}<b/>${'y'.repeat(5000)}</a>`;
  const [, line, marks] = render(
    elementIgnored('b', span(5003, 5007)),
    new Map([['a.xml', text]]),
  ).split('\n');
  expect(line).toHaveLength(' 1 | '.length + 160);
  expect(line?.slice(marks?.indexOf('^'), (marks?.lastIndexOf('^') ?? 0) + 1)).toBe('<b/>');
});

test('a span over several lines is marked to the end of its first', () => {
  const sources = new Map([['a.xml', '<a\n  b=""/>']]);
  expect(render(wrongRoot('a', span(0, 10)), sources)).toContain(' 1 | <a\n   | ^^');
});

test('no input writes to the terminal', () => {
  const text = '<a\u001b[2J/>';
  const rendered = render(elementIgnored('a\u001b[2J', span(0, 8)), new Map([['a.xml', text]]));
  expect(rendered).not.toContain('\u001b');
});

test('no input hides what it is', () => {
  const text = '<a\u202e\u2066\u200f\u009b/>';
  const rendered = render(elementIgnored('a\u202e', span(0, 8)), new Map([['a.xml', text]]));
  expect(rendered).toContain('<a\\u202e>');
  expect(rendered).toContain('1 | <a\\u202e\\u2066\\u200f\\x9b/>');
});

test('notes have places of their own', () => {
  const sources = new Map([['a.xml', '<a/>\n<a/>']]);
  expect(render(elementTwice('a', span(5, 9), span(0, 4)), sources)).toContain(
    '\n  a.xml:1:1: note: first given here',
  );
});

test('of many diagnostics the first are shown, and the rest counted', () => {
  const many = Array.from({ length: 1000 }, (_, index) =>
    elementIgnored('a', span(index, index + 1)),
  );
  const lines = renderAll(many, new Map()).trimEnd().split('\n');
  expect(lines).toHaveLength(201);
  expect(lines.at(-1)).toBe('and 800 warnings more');
});

test('in order of the text, each once, without a place last', () => {
  const diagnostics = [
    elementIgnored('b', span(9, 10)),
    elementIgnored('a', span(1, 2)),
    elementIgnored('b', span(9, 10)),
  ];
  expect(inOrder(diagnostics).map(({ span: at }) => at?.start)).toEqual([1, 9]);
});

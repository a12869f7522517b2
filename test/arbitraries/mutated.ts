import fc from 'fast-check';

type Edit = (text: string, others: readonly string[]) => string;

/** A place in a text, as a part of its length. */
const place = fc.double({ min: 0, max: 1, noNaN: true });
const at = (text: string, part: number): number => Math.floor(text.length * part);

const edit = (words: readonly string[]): fc.Arbitrary<Edit> =>
  fc.oneof(
    fc.tuple(place, place).map(
      ([from, to]): Edit =>
        (text) => {
          const [start, end] = [at(text, Math.min(from, to)), at(text, Math.max(from, to))];
          return text.slice(0, start) + text.slice(end);
        },
    ),
    fc.tuple(place, fc.constantFrom(...words)).map(
      ([where, word]): Edit =>
        (text) =>
          text.slice(0, at(text, where)) + word + text.slice(at(text, where)),
    ),
    fc.tuple(place, fc.string({ unit: 'binary', maxLength: 4 })).map(
      ([where, noise]): Edit =>
        (text) =>
          text.slice(0, at(text, where)) + noise + text.slice(at(text, where) + noise.length),
    ),
    fc.tuple(place, place, place, fc.nat()).map(
      ([where, from, to, which]): Edit =>
        (text, others) => {
          const other = others[which % others.length] ?? '';
          const [start, end] = [at(other, Math.min(from, to)), at(other, Math.max(from, to))];
          return (
            text.slice(0, at(text, where)) + other.slice(start, end) + text.slice(at(text, where))
          );
        },
    ),
    fc.tuple(place, place, fc.integer({ min: 2, max: 2000 })).map(
      ([from, to, times]): Edit =>
        (text) => {
          const [start, end] = [at(text, Math.min(from, to)), at(text, Math.max(from, to))];
          const piece = text.slice(start, Math.min(end, start + 2000));
          return text.slice(0, start) + piece.repeat(times) + text.slice(end);
        },
    ),
  );

/** Texts of a corpus with a few edits: cut, repeated, crossed, with words of the language or noise put in. */
export const mutated = (
  corpus: readonly string[],
  words: readonly string[],
): fc.Arbitrary<string> =>
  fc
    .tuple(fc.constantFrom(...corpus), fc.array(edit(words), { minLength: 1, maxLength: 5 }))
    .map(([text, edits]) => edits.reduce((changed, apply) => apply(changed, corpus), text));

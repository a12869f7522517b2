/** The known word that a misspelt one most likely means: at most a third of its letters off. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  if (word.length > 40) return undefined;
  let best: { readonly word: string; readonly distance: number } | undefined;
  for (const candidate of known) {
    const most = Math.max(1, candidate.length / 3);
    if (Math.abs(candidate.length - word.length) > most) continue;
    const off = distance(word.toLowerCase(), candidate.toLowerCase());
    if (off <= most && (best === undefined || off < best.distance)) {
      best = { word: candidate, distance: off };
    }
  }
  return best?.word;
}

/** Levenshtein's distance. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replace = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replace, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

/** Counts what became of the cases of a run, and keeps what was wrong. */
export class Tally {
  private readonly counts = new Map<string, number>();
  readonly problems: string[] = [];
  private slowestMs = 0;

  /** `kept`: how the case is counted. */
  add(kind: string): void {
    this.counts.set(kind, (this.counts.get(kind) ?? 0) + 1);
  }

  wrong(kind: string, text: string): void {
    this.add(kind);
    this.problems.push(text);
  }

  took(ms: number): void {
    this.slowestMs = Math.max(this.slowestMs, ms);
  }

  of(kind: string): number {
    return this.counts.get(kind) ?? 0;
  }

  /** One line: the counts in the given order, and the slowest end. */
  summary(title: string, kinds: readonly string[]): string {
    const counts = kinds.map((kind) => `${this.of(kind)} ${kind}`);
    return `${title}: ${counts.join(', ')}; the last process was gone ${this.slowestMs} ms after its supervisor at most`;
  }
}

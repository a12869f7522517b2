import { invariant } from '../diagnostics/invariant.ts';

/** Where an instruction points to: a label of the code, or an absolute address. */
export type Target = string | number;

/**
 * One way to encode an instruction that depends on a distance. `pc` is the address of its first byte.
 * The shorter form is taken where it reaches.
 */
export interface Form {
  readonly size: number;
  reaches(pc: number, target: number): boolean;
  encode(pc: number, target: number): readonly number[];
}

interface Fixup {
  /** Offset of the instruction in `fixed`, that is, without the bytes of the fixups before it. */
  readonly offset: number;
  readonly target: Target;
  readonly forms: readonly Form[];
  /** The form chosen so far, an index of `forms`. */
  chosen: number;
}

/** A place in the code: so many fixed bytes and so many fixups stand before it. */
interface Mark {
  readonly offset: number;
  readonly fixups: number;
}

export interface Assembled {
  readonly bytes: Uint8Array;
  /** The address of a label. */
  addressOf(label: string): number;
}

/** Collects machine code at `base`: bytes, labels, and fixups whose size is decided at the end. */
export class CodeBuffer {
  readonly base: number;
  private fixed = new Uint8Array(4096);
  private length = 0;
  private readonly fixups: Fixup[] = [];
  private readonly labels = new Map<string, Mark>();
  private fresh = 0;

  constructor(base: number) {
    this.base = base;
  }

  byte(value: number): void {
    if (this.length === this.fixed.length) this.enlarge();
    this.fixed[this.length++] = value;
  }

  /** 32 bits, little endian; the number may be negative. */
  u32(value: number): void {
    if (this.length + 4 > this.fixed.length) this.enlarge();
    const { fixed, length } = this;
    fixed[length] = value;
    fixed[length + 1] = value >> 8;
    fixed[length + 2] = value >> 16;
    fixed[length + 3] = value >> 24;
    this.length = length + 4;
  }

  private enlarge(): void {
    const larger = new Uint8Array(this.fixed.length * 2);
    larger.set(this.fixed);
    this.fixed = larger;
  }

  u64(value: bigint): void {
    this.u32(Number(BigInt.asIntN(32, value)));
    this.u32(Number(BigInt.asIntN(32, value >> 32n)));
  }

  label(name: string): void {
    invariant(!this.labels.has(name), `one label ${name}`);
    this.labels.set(name, { offset: this.length, fixups: this.fixups.length });
  }

  /** A label that no program uses. */
  freshLabel(): string {
    return `.L${this.fresh++}`;
  }

  /** An instruction that points to `target`, in the first of `forms` (shortest first) that reaches it. */
  fixup(target: Target, forms: readonly Form[]): void {
    this.fixups.push({ offset: this.length, target, forms, chosen: 0 });
  }

  /**
   * Chooses the forms and puts everything together. All instructions start in their shortest form; those
   * that do not reach grow, which may make others grow, until nothing changes. Nothing shrinks, so it ends.
   */
  assemble(): Assembled {
    const marks = this.fixups.map(({ target }) => this.markOf(target));
    const starts = new Uint32Array(this.fixups.length + 1);
    this.fillStarts(starts);
    while (this.grow(starts, marks)) this.fillStarts(starts);
    const bytes = new Uint8Array(this.length + starts[this.fixups.length]!);
    let [read, write] = [0, 0];
    const copy = (end: number) => {
      while (read < end) bytes[write++] = this.fixed[read++]!;
    };
    for (let index = 0; index < marks.length; index++) {
      const fixup = this.fixups[index]!;
      copy(fixup.offset);
      const form = fixup.forms[fixup.chosen]!;
      const encoded = form.encode(this.base + write, this.addressAt(marks[index]!, starts));
      invariant(encoded.length === form.size, 'a form has the size that it says');
      for (let at = 0; at < encoded.length; at++) bytes[write++] = encoded[at]!;
    }
    copy(this.length);
    return { bytes, addressOf: (label) => this.addressAt(this.markOf(label), starts) };
  }

  /** For each fixup, and for the end: how many bytes the fixups before it take. */
  private fillStarts(starts: Uint32Array): void {
    let sum = 0;
    for (let index = 0; index < this.fixups.length; index++) {
      const { forms, chosen } = this.fixups[index]!;
      sum += forms[chosen]!.size;
      starts[index + 1] = sum;
    }
  }

  private grow(starts: Uint32Array, marks: readonly (Mark | number)[]): boolean {
    let grown = false;
    for (let index = 0; index < marks.length; index++) {
      const fixup = this.fixups[index]!;
      const pc = this.base + fixup.offset + starts[index]!;
      if (fixup.forms[fixup.chosen]!.reaches(pc, this.addressAt(marks[index]!, starts))) continue;
      fixup.chosen++;
      invariant(fixup.chosen < fixup.forms.length, `${fixup.target} is within reach`);
      grown = true;
    }
    return grown;
  }

  private markOf(target: Target): Mark | number {
    if (typeof target === 'number') return target;
    const mark = this.labels.get(target);
    invariant(mark !== undefined, `the label ${target} exists`);
    return mark;
  }

  private addressAt(mark: Mark | number, starts: Uint32Array): number {
    return typeof mark === 'number' ? mark : this.base + mark.offset + starts[mark.fixups]!;
  }
}

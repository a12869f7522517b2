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
    if (this.length === this.fixed.length) {
      const larger = new Uint8Array(this.fixed.length * 2);
      larger.set(this.fixed);
      this.fixed = larger;
    }
    this.fixed[this.length++] = value;
  }

  /** 32 bits, little endian; the number may be negative. */
  u32(value: number): void {
    for (let shift = 0; shift < 32; shift += 8) this.byte((value >>> shift) & 0xff);
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
    let starts = this.starts();
    while (this.grow(starts)) starts = this.starts();
    const end = this.length + starts[this.fixups.length]!;
    const bytes = new Uint8Array(end);
    let read = 0;
    this.fixups.forEach((fixup, index) => {
      const at = fixup.offset + starts[index]!;
      bytes.set(this.fixed.subarray(read, fixup.offset), read + starts[index]!);
      const form = fixup.forms[fixup.chosen]!;
      const encoded = form.encode(this.base + at, this.resolve(fixup.target, starts));
      invariant(encoded.length === form.size, 'a form has the size that it says');
      bytes.set(encoded, at);
      read = fixup.offset;
    });
    bytes.set(this.fixed.subarray(read, this.length), read + starts[this.fixups.length]!);
    return { bytes, addressOf: (label) => this.resolve(label, starts) };
  }

  /** For each fixup, and for the end: how many bytes the fixups before it take. */
  private starts(): readonly number[] {
    let sum = 0;
    const starts = [0];
    for (const { forms, chosen } of this.fixups) {
      sum += forms[chosen]!.size;
      starts.push(sum);
    }
    return starts;
  }

  private grow(starts: readonly number[]): boolean {
    let grown = false;
    this.fixups.forEach((fixup, index) => {
      const pc = this.base + fixup.offset + starts[index]!;
      const target = this.resolve(fixup.target, starts);
      if (fixup.forms[fixup.chosen]!.reaches(pc, target)) return;
      fixup.chosen++;
      invariant(fixup.chosen < fixup.forms.length, `${fixup.target} is within reach`);
      grown = true;
    });
    return grown;
  }

  private resolve(target: Target, starts: readonly number[]): number {
    if (typeof target === 'number') return target;
    const mark = this.labels.get(target);
    invariant(mark !== undefined, `the label ${target} exists`);
    return this.base + mark.offset + starts[mark.fixups]!;
  }
}

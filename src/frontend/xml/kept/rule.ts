import type { Kept } from '../../../ir/kept.ts';

/**
 * What an element of virtual machines may say: its attributes and children in the order in which libvirt prints
 * them. Whatever is not here is unknown.
 */
export interface KeptRule {
  readonly attributes?: Readonly<Record<string, ValueRule>>;
  readonly children?: Readonly<Record<string, ChildRule>>;
  /** The character data. */
  readonly text?: ValueRule;
  /** Said of an element without attributes, children and text: it is not printed. */
  readonly emptyIsDropped?: true;
  /** Any of these children has no effect, not even on what is printed. */
  readonly dropped?: readonly string[];
  /** For what no table says; undefined drops the element. */
  readonly finish?: (kept: Kept) => Kept | undefined;
}

export interface ChildRule extends KeptRule {
  /** All of them count, not only the first. */
  readonly many?: true;
}

interface ValueBase {
  readonly required?: true;
  /** Printed when nothing is given. */
  readonly default?: string;
  /** The empty string counts as absent: libvirt reads the value as XPath does. */
  readonly xpath?: true;
  /** What libvirt says before a value that it refuses, where it does not use its general words. */
  readonly phrase?: string;
}

export type ValueRule = ValueBase &
  (
    | { readonly kind: 'text' }
    | { readonly kind: 'one'; readonly of: readonly string[]; readonly unprinted?: string }
    | {
        readonly kind: 'number';
        readonly bits: 32 | 64;
        readonly zero?: Zero;
        /** Printed in hexadecimal with so many digits, and read in any base. */
        readonly hexDigits?: number;
        readonly upperCase?: true;
      }
    | { readonly kind: 'integer'; readonly negative?: 'kept' }
    /** In KiB where the attribute `unit` beside it does not say otherwise. */
    | { readonly kind: 'size'; readonly zero?: 'refused' }
    | { readonly kind: 'uuid' }
    | { readonly kind: 'set'; readonly name: 'cpuset' | 'nodeset' }
  );

/** What becomes of zero: it is not printed, or not accepted. */
type Zero = 'dropped' | 'refused';

type Options = Omit<ValueBase, 'kind'>;

export const text = (options: Options = {}): ValueRule => ({ kind: 'text', ...options });

export const oneOf = (
  of: string,
  options: Options & { readonly unprinted?: string } = {},
): ValueRule => ({ kind: 'one', of: of.split(' '), ...options });

export const yesNo = (options: Options = {}): ValueRule => oneOf('yes no', options);
export const onOff = (options: Options = {}): ValueRule => oneOf('on off', options);

export const number = (
  options: Options & {
    readonly zero?: Zero;
    readonly hexDigits?: number;
    readonly upperCase?: true;
  } = {},
): ValueRule => ({ kind: 'number', bits: 32, ...options });

export const number64 = (options: Options & { readonly zero?: Zero } = {}): ValueRule => ({
  kind: 'number',
  bits: 64,
  ...options,
});

/** A signed number of 32 bits, which libvirt prints as such. */
export const integer = (options: Options & { readonly negative?: 'kept' } = {}): ValueRule => ({
  kind: 'integer',
  ...options,
});

export const size = (options: Options & { readonly zero?: 'refused' } = {}): ValueRule => ({
  kind: 'size',
  ...options,
});

export const uuid = (options: Options = {}): ValueRule => ({ kind: 'uuid', ...options });

export const set = (name: 'cpuset' | 'nodeset', options: Options = {}): ValueRule => ({
  kind: 'set',
  name,
  ...options,
});

/** An element that is printed when, and only when, it is given. */
export const flag: KeptRule = {};

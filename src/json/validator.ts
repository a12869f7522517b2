/** What ajv makes of a schema: whether a value has its shape. */
export interface Validator {
  (value: unknown): boolean;
  /** The first fault of the last value; null if it had none. */
  readonly errors?: readonly Fault[] | null;
}

/** @see https://ajv.js.org/api.html#validation-errors */
export interface Fault {
  /** JSON pointer to the value at fault. */
  readonly instancePath: string;
  readonly keyword: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly message?: string;
}

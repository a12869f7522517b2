/** How a command line looks that commander takes as it is: made of the tree of commands when the program is built. */
export interface QuickCommand {
  readonly operands: readonly {
    readonly required: boolean;
    readonly variadic: boolean;
    readonly choices?: readonly string[];
  }[];
  /** By what is typed. One that is missing here is left to commander. */
  readonly options: Readonly<Record<string, QuickOption>>;
  readonly defaults: Readonly<Record<string, unknown>>;
  /** Keys that have to be given. */
  readonly mandatory: readonly string[];
}

export interface QuickOption {
  /** Of the object of options. */
  readonly key: string;
  readonly hasValue: boolean;
  readonly choices?: readonly string[];
}

/** What the action of a command is called with. */
export interface QuickCall {
  readonly operands: readonly (string | readonly string[] | undefined)[];
  readonly options: Readonly<Record<string, unknown>>;
}

/**
 * A command line that is as it should be, read without commander, which takes a tenth of a start. Undefined for all
 * that is unusual or wrong: commander has the last word, and the texts.
 */
export function readQuickly(command: QuickCommand, args: readonly string[]): QuickCall | undefined {
  const options: Record<string, unknown> = { ...command.defaults };
  const typed: string[] = [];
  for (let at = 0; at < args.length; at++) {
    const arg = args[at] ?? '';
    if (arg === '-' || !arg.startsWith('-')) {
      typed.push(arg);
      continue;
    }
    const option = Object.hasOwn(command.options, arg) ? command.options[arg] : undefined;
    if (option === undefined) return undefined;
    if (option.hasValue) at++;
    const value = option.hasValue ? args[at] : true;
    if (value === undefined || !isPlain(value, option.choices)) return undefined;
    options[option.key] = value;
  }
  if (command.mandatory.some((key) => options[key] === undefined)) return undefined;
  const operands = operandsOf(command.operands, typed);
  return operands === undefined ? undefined : { operands, options };
}

/** A value that looks like an option may be a mistake. */
const isPlain = (value: string | true, choices: readonly string[] | undefined): boolean =>
  value === true ||
  ((value === '-' || !value.startsWith('-')) && (choices?.includes(value) ?? true));

function operandsOf(
  expected: QuickCommand['operands'],
  typed: readonly string[],
): QuickCall['operands'] | undefined {
  const isLastVariadic = expected.at(-1)?.variadic === true;
  if (typed.length > expected.length && !isLastVariadic) return undefined;
  const operands = expected.map(({ variadic }, index) =>
    variadic ? typed.slice(index) : typed[index],
  );
  const isWrong = expected.some(({ required, choices }, index) => {
    const value = operands[index];
    if (value === undefined || value.length === 0) return required;
    return choices !== undefined && !(typeof value === 'string' && choices.includes(value));
  });
  return isWrong ? undefined : operands;
}

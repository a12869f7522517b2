import type { Command, Option } from 'commander';
import type { QuickCommand, QuickOption } from './quick.ts';

/** The table of `readQuickly` for a tree of commands. A command with operands that have values of their own, or that are a command with options, is not in it. */
export function quickTable(program: Command): Readonly<Record<string, QuickCommand>> {
  const commands = program.commands.filter(
    (command) =>
      !passesOptionsThrough(command) &&
      command.registeredArguments.every(
        ({ defaultValue, parseArg, argChoices }) =>
          defaultValue === undefined && (parseArg === undefined || argChoices !== undefined),
      ),
  );
  return Object.fromEntries(commands.map((command) => [command.name(), quickCommand(command)]));
}

/** Where its options end depends on its operands. */
const passesOptionsThrough = (command: Command): boolean =>
  (command as unknown as { readonly _passThroughOptions: boolean })._passThroughOptions;

function quickCommand(command: Command): QuickCommand {
  const { options } = command;
  return {
    operands: command.registeredArguments.map(({ required, variadic, argChoices }) => ({
      required,
      variadic,
      ...(argChoices === undefined ? {} : { choices: argChoices }),
    })),
    options: Object.fromEntries(
      options
        .filter(isQuick)
        .flatMap((option) =>
          [option.short, option.long]
            .filter((name) => name !== undefined && name !== null)
            .map((name) => [name, quickOption(option)]),
        ),
    ),
    defaults: Object.fromEntries(
      options
        .filter(({ defaultValue }) => defaultValue !== undefined)
        .map((option) => [option.attributeName(), option.defaultValue]),
    ),
    mandatory: options.filter(({ mandatory }) => mandatory).map((option) => option.attributeName()),
  };
}

/** Stands for itself or takes one value, which is kept as it is or is one of a few. */
const isQuick = (option: Option): boolean =>
  !option.optional &&
  !option.variadic &&
  !option.negate &&
  option.envVar === undefined &&
  option.presetArg === undefined &&
  (option as unknown as { readonly conflictsWith: readonly string[] }).conflictsWith.length === 0 &&
  (option as unknown as { readonly implied?: object }).implied === undefined &&
  (option.parseArg === undefined || option.argChoices !== undefined);

const quickOption = (option: Option): QuickOption => ({
  key: option.attributeName(),
  hasValue: option.required,
  ...(option.argChoices === undefined ? {} : { choices: option.argChoices }),
});

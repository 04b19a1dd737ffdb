import { parseArgs } from 'node:util';
import { usage } from './exit.ts';
import { type Command, commands, type Flag, globalFlags } from './grammar.ts';
import { helpOf, overview } from './help.ts';

/** A command line that was understood. */
export type Request = {
  readonly command: Command;
  readonly operands: readonly string[];
  /** Whether a switch is given. */
  readonly has: (flag: string) => boolean;
  /** The value of a flag, if given. */
  readonly get: (flag: string) => string | undefined;
};

/** Turns arguments into a request, or into the help text that was asked for; throws a usage `Refusal`. */
export function parseRequest(args: readonly string[]): Request | { readonly help: string } {
  const at = commandAt(args);
  const command = commands.find(({ name }) => name === args[at]);
  if (command === undefined) return withoutCommand(args);
  const rest = [...args.slice(0, at), ...args.slice(at + 1)];
  const { values, positionals } = parse(rest, [...command.flags, ...globalFlags], command.name);
  if (values['help'] === true) return { help: helpOf(command) };
  requireOperands(command, positionals);
  for (const flag of command.flags) requireValue(flag, values[flag.name]);
  return {
    command,
    operands: positionals,
    has: (flag) => values[flag] === true,
    get: (flag) => {
      const value = values[flag];
      return typeof value === 'string' ? value : undefined;
    },
  };
}

/** Place of the first word that is neither a flag nor the value of one that may stand before the command. */
function commandAt(args: readonly string[]): number {
  const takesValue = globalFlags
    .filter(({ value }) => value !== undefined)
    .flatMap(({ name, short }) => [`--${name}`, `-${short}`]);
  return args.findIndex(
    (argument, index) => !argument.startsWith('-') && !takesValue.includes(args[index - 1] ?? ''),
  );
}

function withoutCommand(args: readonly string[]): { readonly help: string } {
  const word = args.find((argument) => !argument.startsWith('-'));
  if (args.length === 0 || args.some((argument) => ['-h', '--help'].includes(argument)) || word === 'help') {
    return { help: overview() };
  }
  throw usage(
    `there is no command ${word ?? args[0]}: choose one of ${commands.map(({ name }) => name).join(', ')}`,
  );
}

type Values = Readonly<Record<string, string | boolean | undefined>>;

function parse(
  args: readonly string[],
  flags: readonly Flag[],
  command: string,
): { values: Values; positionals: readonly string[] } {
  const options = Object.fromEntries(
    flags.map(({ name, short, value }) => [
      name,
      { type: value === undefined ? ('boolean' as const) : ('string' as const), ...(short && { short }) },
    ]),
  );
  try {
    // None of the options is `multiple`, so every value is a string or a boolean.
    return parseArgs({ args: [...args], allowPositionals: true, options }) as ReturnType<typeof parse>;
  } catch (error) {
    const said = error instanceof Error ? (error.message.split('. ')[0] ?? '') : String(error);
    throw usage(`${said}; see kubectl ecommerce ${command} --help`);
  }
}

function requireOperands({ name, operands }: Command, given: readonly string[]): void {
  const missing = operands.find((operand, index) => !operand.startsWith('[') && given[index] === undefined);
  if (missing !== undefined)
    throw usage(`${name} needs ${missing}: kubectl ecommerce ${[name, ...operands].join(' ')}`);
  const extra = given[operands.length];
  if (extra !== undefined)
    throw usage(`${name} takes no ${extra}: kubectl ecommerce ${[name, ...operands].join(' ')}`);
}

function requireValue({ name, values }: Flag, given: string | boolean | undefined): void {
  if (values === undefined || typeof given !== 'string' || values.includes(given)) return;
  throw usage(`--${name} ${given} is unknown: choose one of ${values.join(', ')}`);
}

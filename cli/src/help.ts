import { type Command, commands, type Flag, globalFlags } from './grammar.ts';

/** The overview of all commands. */
export function overview(): string {
  const rows = commands.map((command) => [synopsis(command), command.about] as const);
  return [
    'kubectl ecommerce: stacks and their rollouts',
    '',
    ...columns(rows),
    '',
    'Flags of every command:',
    ...columns(globalFlags.map((flag) => [flagText(flag), flag.about])),
    '',
    'Exit codes: 0 healthy, 1 degraded or refused, 2 timeout, 3 not found, 64 usage.',
    'kubectl ecommerce COMMAND --help tells more.',
    '',
  ].join('\n');
}

/** The help of one command. */
export function helpOf(command: Command): string {
  return [
    `kubectl ecommerce ${synopsis(command)}`,
    '',
    `${command.about[0]?.toUpperCase()}${command.about.slice(1)}.`,
    '',
    ...command.examples.map((example) => `  ${example}`),
    '',
    ...columns([...command.flags, ...globalFlags].map((flag) => [flagText(flag), flag.about])),
    '',
  ].join('\n');
}

function synopsis({ name, operands }: Command): string {
  return [name, ...operands].join(' ');
}

function flagText({ name, short, value }: Flag): string {
  const long = value === undefined ? `--${name}` : `--${name} ${value}`;
  return short === undefined ? `    ${long}` : `-${short}, ${long}`;
}

function columns(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`);
}

/** A completion script for bash: commands first, then flags of the command. */
export function bashCompletion(): string {
  const flags = (list: readonly Flag[]) => list.map(({ name }) => `--${name}`).join(' ');
  const cases = commands.map(
    (command) => `    ${command.name}) words="${flags([...command.flags, ...globalFlags])}" ;;`,
  );
  return `_kubectl_ecommerce() {
  local words current="\${COMP_WORDS[COMP_CWORD]}" command="\${COMP_WORDS[1]}"
  [ "\${COMP_WORDS[0]##*/}" = kubectl ] && command="\${COMP_WORDS[2]}"
  case "$command" in
${cases.join('\n')}
    *) words="${commands.map(({ name }) => name).join(' ')}" ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -F _kubectl_ecommerce kubectl-ecommerce
`;
}

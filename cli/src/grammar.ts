/** THE table of commands: parsing, help and completion follow from it. */

/** A flag; one without `value` is a switch. */
export type Flag = {
  readonly name: string;
  readonly short?: string;
  /** What stands in the help for its value. */
  readonly value?: string;
  readonly values?: readonly string[];
  readonly about: string;
};

export type Command = {
  readonly name: string;
  /** Positional arguments; those in brackets may be left out. */
  readonly operands: readonly string[];
  readonly about: string;
  readonly flags: readonly Flag[];
  readonly examples: readonly string[];
};

/** Flags that every command takes. */
export const globalFlags: readonly Flag[] = [
  {
    name: 'namespace',
    short: 'n',
    value: 'NAMESPACE',
    about: 'namespace of the stack; default: that of the context',
  },
  { name: 'context', value: 'NAME', about: 'context of the kubeconfig; default: the current one' },
  { name: 'kubeconfig', value: 'FILE', about: 'kubeconfig; default: $KUBECONFIG, else ~/.kube/config' },
  { name: 'help', short: 'h', about: 'this text' },
];

const file: Flag = {
  name: 'filename',
  short: 'f',
  value: 'FILE',
  about: 'stack to read; - is standard input',
};
const allNamespaces: Flag = { name: 'all-namespaces', short: 'A', about: 'stacks of every namespace' };
const timeout = (standard: string): Flag => ({
  name: 'timeout',
  value: 'DURATION',
  about: `how long to wait, such as 90s or 5m; default: ${standard}`,
});
const output = (...values: string[]): Flag => ({
  name: 'output',
  short: 'o',
  value: values.join('|'),
  values,
  about: `form of the output; default: ${values[0]}`,
});

const actionFlags: readonly Flag[] = [
  { name: 'reason', value: 'TEXT', about: 'why, for the history' },
  { name: 'release', about: 'the name is that of a release group, not of a service' },
  { name: 'rollout-id', value: 'ID', about: 'rollout that is meant; default: the one under way' },
  { name: 'expected-step', value: 'N', about: 'refuse at another step, from 0; default: the present one' },
  { name: 'override-freeze', about: 'act inside a freeze window; needs the right override-freeze' },
  { name: 'on-behalf-of', value: 'USER', about: 'for whom a program asks; needs the right on-behalf-of' },
  {
    name: 'expires-after',
    value: 'DURATION',
    about: 'refuse what could not be applied for so long; default: 5m',
  },
  { name: 'dry-run', about: 'ask the API server whether it would take the action, and store nothing' },
  { name: 'no-wait', about: 'do not wait for the answer of the operator' },
  timeout('60s'),
  output('text', 'json', 'yaml'),
];

const action = (name: string, about: string, more: Partial<Command> = {}): Command => ({
  name,
  operands: more.operands ?? ['NAME', 'SERVICE'],
  about,
  flags: [...(more.flags ?? []), ...actionFlags],
  examples: more.examples ?? [`kubectl ecommerce ${name} shop user --reason "see incident 4711"`],
});

export const commands: readonly Command[] = [
  {
    name: 'status',
    operands: ['[NAME]', '[SERVICE]'],
    about: 'shows stacks with their services, revisions and pods, what holds a rollout and what to type next',
    flags: [
      { name: 'watch', short: 'w', about: 'goes on and shows every change' },
      output('tree', 'wide', 'json', 'yaml'),
      allNamespaces,
    ],
    examples: [
      'kubectl ecommerce status shop',
      'kubectl ecommerce status shop user -w',
      'kubectl ecommerce status -A -o wide',
    ],
  },
  action('promote', 'ends the present step of a canary', {
    flags: [{ name: 'full', about: 'skip all steps that are left: the canary becomes the stable revision' }],
    examples: [
      'kubectl ecommerce promote shop user --reason "error rate is fine"',
      'kubectl ecommerce promote shop checkout --release --full',
    ],
  }),
  action('set-weight', 'gives a canary exactly so many percent of the traffic', {
    operands: ['NAME', 'SERVICE', 'PERCENT'],
    examples: ['kubectl ecommerce set-weight shop user 25'],
  }),
  action('pause', 'keeps a rollout where it is'),
  action('resume', 'ends a pause'),
  action('abort', 'takes all traffic from a canary and holds it there'),
  action('retry', 'tries an aborted revision again'),
  action('undo', 'goes back to an older revision', {
    flags: [
      {
        name: 'to-revision',
        value: 'REVISION',
        about: 'which one, see history; default: the last one that was promoted before',
      },
    ],
  }),
  {
    name: 'history',
    operands: ['NAME', '[SERVICE]'],
    about: 'shows finished rollouts and actions: who, when, why and how it ended',
    flags: [output('text', 'json', 'yaml')],
    examples: ['kubectl ecommerce history shop user'],
  },
  {
    name: 'render',
    operands: [],
    about: 'prints every object that the operator would apply, without a cluster',
    flags: [file],
    examples: ['kubectl ecommerce render -f stack.yaml'],
  },
  {
    name: 'diff',
    operands: [],
    about:
      'shows what applying a file would change in the cluster; exit code 1 when it would change anything',
    flags: [file, output('text', 'json', 'yaml')],
    examples: ['kubectl ecommerce diff -f stack.yaml'],
  },
  {
    name: 'analyze',
    operands: ['[NAME]'],
    about: 'finds mistakes in a file or in the cluster, each with a code of docs/reference/codes.md',
    flags: [
      file,
      { name: 'live', about: 'look at what only the cluster can tell as well' },
      output('text', 'json', 'yaml'),
      allNamespaces,
    ],
    examples: ['kubectl ecommerce analyze -f stack.yaml', 'kubectl ecommerce analyze shop --live'],
  },
  {
    name: 'wait',
    operands: ['NAME', '[SERVICE]'],
    about: 'waits for a stack to be ready, or for a service to get where it is to be',
    flags: [
      {
        name: 'for',
        value: 'ready|promoted|approval|weight=N',
        about: 'what to wait for; default: ready. All but ready are asked of a SERVICE',
      },
      timeout('5m'),
    ],
    examples: [
      'kubectl ecommerce wait shop',
      'kubectl ecommerce wait shop user --for promoted --timeout 30m',
    ],
  },
  {
    name: 'completion',
    operands: ['SHELL'],
    about: 'prints a completion script for bash',
    flags: [],
    examples: ['source <(kubectl ecommerce completion bash)'],
  },
];

import type { ConfigOf, Variables } from './variable.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** The environment lacks or garbles variables. The message names each one, with an example. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';

  constructor(problems: readonly string[]) {
    super(`the configuration is incomplete:\n${problems.map((line) => `  - ${line}`).join('\n')}`);
  }
}

/**
 * Reads every declared variable once. With `owner`, `<OWNER>_<NAME>` is preferred to `<NAME>`: in the monolith each
 * service has a database of its own. An empty value counts as unset. Throws ConfigError with all problems at once.
 */
export function readConfig<Declared extends Variables>(
  declared: Declared,
  environment: Environment,
  owner?: string,
): ConfigOf<Declared> {
  const values: Record<string, unknown> = {};
  const problems: string[] = [];
  for (const [name, { schema, example, about }] of Object.entries(declared)) {
    const parsed = schema.safeParse(lookUp(environment, name, owner));
    if (parsed.success) values[name] = parsed.data;
    else {
      const reasons = parsed.error.issues.map((issue) => issue.message).join('; ');
      problems.push(`${name} ${reasons}. ${about} Example: ${name}=${example}`);
    }
  }
  if (problems.length > 0) throw new ConfigError(problems);
  // Every declared name was filled from its own schema just above.
  return values as ConfigOf<Declared>;
}

function lookUp(environment: Environment, name: string, owner: string | undefined): string | undefined {
  const own = owner === undefined ? undefined : environment[`${owner.toUpperCase()}_${name}`];
  const text = own === undefined || own === '' ? environment[name] : own;
  return text === '' ? undefined : text;
}

/** A Secret of the user that pods read, and the version of it that was seen last. */
export type SecretVersion = { readonly name: string; readonly version: string };

/** What one service's status remembers of its Secrets, and is to remember next. */
export type RestartDecision = {
  /** The Secrets that its pods read, by name. */
  readonly secrets?: readonly SecretVersion[];
  /** Stands in the pod template: another value restarts the pods. */
  readonly restart?: string;
};

/** What the service asks for, and what lives. */
export type RestartWish = {
  readonly onSecretChange: 'Restart' | 'Ignore';
  /** Names of the user's Secrets that its pods read. */
  readonly reads: readonly string[];
  /** Versions of the Secrets that exist; undefined where Secrets may not be seen. */
  readonly versions: Readonly<Record<string, string>> | undefined;
};

/** As many Secrets of one service as status has room for; a monolith of many sources could name more. */
const mostSecrets = 64;

/**
 * Whether pods have to restart because a Secret has another version than the one that was seen last. What is seen for
 * the first time restarts nothing, nor does a Secret that is gone: its successor does.
 */
export function decideRestart(wish: RestartWish, memory: RestartDecision): RestartDecision {
  const { versions } = wish;
  if (versions === undefined) return memory;
  const known = new Map(memory.secrets?.map(({ name, version }) => [name, version]));
  const secrets = [...new Set(wish.reads)]
    .toSorted()
    .flatMap((name) => {
      const version = versions[name] ?? known.get(name);
      return version === undefined ? [] : [{ name, version }];
    })
    .slice(0, mostSecrets);
  if (secrets.length === 0) return {};
  const changed = secrets.filter(({ name, version }) => (known.get(name) ?? version) !== version);
  const restart =
    wish.onSecretChange === 'Restart' && changed.length > 0 ? reasonOf(changed) : memory.restart;
  return { secrets, ...(restart !== undefined && { restart }) };
}

/** One of the changed versions is enough: the API server gives no two objects the same one. */
function reasonOf([first]: readonly SecretVersion[]): string | undefined {
  return first?.version;
}

/** A Secret of the user that pods read, and the version of it that was seen last. */
export type SecretVersion = { readonly name: string; readonly version: string };

/** What one service's status remembers of its Secrets. */
export type RestartMemory = {
  /** The Secrets that its pods read, by name. */
  readonly secrets?: readonly SecretVersion[];
  /** Stands in the pod template: another value restarts the pods. */
  readonly restart?: string;
};

/** What status is to remember next, and what cannot be decided. */
export type RestartDecision = RestartMemory & {
  /** Secrets whose changes are to restart the pods and cannot, because they may not be seen. */
  readonly unseen?: readonly string[];
};

/** The version of a Secret, none where it does not exist; undefined where it may not be seen. */
export type SecretLookUp = (name: string) => { readonly version?: string } | undefined;

/** What the service asks for, and what lives. */
export type RestartWish = {
  readonly onSecretChange: 'Restart' | 'Ignore';
  /** Names of the user's Secrets that its pods read. */
  readonly reads: readonly string[];
  readonly secret: SecretLookUp;
};

/** As many Secrets of one service as status has room for; a monolith of many sources could name more. */
const mostSecrets = 64;

/**
 * Whether pods have to restart because a Secret has another version than the one that was seen last. What is seen for
 * the first time restarts nothing, nor does a Secret that is gone: its successor does. What is ignored is followed all
 * the same, so that the way back from Ignore restarts nothing for what changed meanwhile.
 */
export function decideRestart(wish: RestartWish, memory: RestartMemory): RestartDecision {
  const looked = [...new Set(wish.reads)].toSorted().map((name) => ({ name, seen: wish.secret(name) }));
  const unseen = looked.filter(({ seen }) => seen === undefined).map(({ name }) => name);
  if (unseen.length > 0) return wish.onSecretChange === 'Ignore' ? memory : { ...memory, unseen };
  const known = new Map(memory.secrets?.map(({ name, version }) => [name, version]));
  const secrets = looked
    .flatMap(({ name, seen }) => {
      const version = seen?.version ?? known.get(name);
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

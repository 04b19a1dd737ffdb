/** What is read of a package's row in package-lock.json. */
export interface LockedPackage {
  readonly link?: boolean;
  readonly resolved?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
}

/** What is read of package-lock.json: rows by path below the repository. */
export interface Lockfile {
  readonly packages: Readonly<Record<string, LockedPackage>>;
}

/** What a set of workspaces needs to run. */
export interface Closure {
  /** Installed packages, as paths below the repository: `node_modules/pg`. */
  readonly packages: readonly string[];
  /** Workspaces, as folders below the repository, and where node_modules links to each. */
  readonly workspaces: readonly { readonly folder: string; readonly link: string }[];
}

/**
 * Follows the locked dependencies of workspaces as Node resolves them: upwards from the folder that asks.
 *
 * Development and optional dependencies stay out, optional peers too: what is left is what runs. A dependency that
 * the lockfile does not place is an error.
 */
export function productionClosure(lock: Lockfile, folders: readonly string[]): Closure {
  const links = new Map<string, string>();
  for (const [path, row] of Object.entries(lock.packages)) {
    if (row.link && row.resolved) links.set(row.resolved, path);
  }
  const seen = new Set<string>();
  const waiting = [...folders];
  for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
    if (seen.has(folder)) continue;
    seen.add(folder);
    const row = lock.packages[folder];
    if (!row) throw new Error(`${folder} is not in package-lock.json`);
    for (const name of required(row)) waiting.push(place(lock, folder, name));
  }
  const all = [...seen].sort();
  return {
    packages: all.filter((path) => path.includes('node_modules/')),
    workspaces: all.flatMap((folder) => {
      const link = links.get(folder);
      return link ? [{ folder, link }] : [];
    }),
  };
}

function required(row: LockedPackage): string[] {
  const peers = Object.keys(row.peerDependencies ?? {});
  const wanted = peers.filter((name) => !row.peerDependenciesMeta?.[name]?.optional);
  return [...Object.keys(row.dependencies ?? {}), ...wanted];
}

function place(lock: Lockfile, folder: string, name: string): string {
  for (let at = folder; ; at = at.includes('/') ? at.slice(0, at.lastIndexOf('/')) : '') {
    const path = at ? `${at}/node_modules/${name}` : `node_modules/${name}`;
    const row = at.endsWith('node_modules') ? undefined : lock.packages[path];
    if (row) return row.link && row.resolved ? row.resolved : path;
    if (!at)
      throw new Error(
        `${folder} depends on ${name}, which package-lock.json does not place: run npm install`,
      );
  }
}

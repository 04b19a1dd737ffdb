import { debianEnvironment, ensureDebian, type Log, NODE_PACKAGES } from '../../toolchain/index.ts';

/** The Debian packages that a node runs, extracted, and the environment in which its processes find them. */
export interface Machine {
  readonly debian: string;
  readonly env: Readonly<Record<string, string>>;
}

/** Extracts the node's Debian packages into the cache. */
export async function prepareDebian(log: Log): Promise<Machine> {
  const debian = await ensureDebian(NODE_PACKAGES, log);
  return { debian, env: debianEnvironment(debian) };
}

import { homedir } from 'node:os';
import { join } from 'node:path';

/** The only directory outside the clone that set-up writes to: `${XDG_CACHE_HOME:-~/.cache}/ecommercestack`. */
export function cacheRoot(env: NodeJS.ProcessEnv = process.env): string {
  return join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'ecommercestack');
}

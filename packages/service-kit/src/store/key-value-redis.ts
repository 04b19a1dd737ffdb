import { createHash } from 'node:crypto';
import { createClient } from 'redis';
import { once } from '../once.ts';
import type { AtomicScript } from './atomic-script.ts';
import type { KeyValueStore } from './key-value.ts';

// One round trip, so that a crash between the two commands cannot leave a counter that never expires.
const incrementScript = `
local count = redis.call('INCRBY', KEYS[1], ARGV[1])
if redis.call('PTTL', KEYS[1]) < 0 then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return count`;

/** The key-value store on Redis: plain commands and Lua only. It connects on first use and reconnects by itself. */
export function createRedisKeyValues(url: string, onError: (error: unknown) => void): KeyValueStore {
  const connection = once(() => connect(url, onError));
  return {
    get: async (key) => (await (await connection.get()).get(key)) ?? undefined,
    set: async (key, value, options = {}) => {
      const expiration =
        options.ttlMs === undefined ? {} : ({ expiration: { type: 'PX', value: options.ttlMs } } as const);
      await (await connection.get()).set(key, value, expiration);
    },
    claim: async (key, value, ttlMs) => {
      const client = await connection.get();
      return (
        (await client.set(key, value, { condition: 'NX', expiration: { type: 'PX', value: ttlMs } })) === 'OK'
      );
    },
    increment: async (key, by, ttlMs) => {
      const client = await connection.get();
      return Number(
        await client.eval(incrementScript, { keys: [key], arguments: [String(by), String(ttlMs)] }),
      );
    },
    evaluate: async (script, keys, args) => {
      const client = await connection.get();
      const options = { keys: [...keys], arguments: [...args] };
      const answer = await client.evalSha(digestOf(script), options).catch((error: unknown) => {
        // A Redis that was restarted has forgotten its scripts.
        if (error instanceof Error && error.message.startsWith('NOSCRIPT'))
          return client.eval(script.lua, options);
        throw error;
      });
      return Array.isArray(answer) ? answer.map(Number) : [Number(answer)];
    },
    remove: async (key) => (await (await connection.get()).del(key)) === 1,
    ping: async () => {
      await (await connection.get()).ping();
    },
    close: async () => {
      await (await connection.made())?.close();
    },
  };
}

const digests = new WeakMap<AtomicScript, string>();

function digestOf(script: AtomicScript): string {
  const digest = digests.get(script) ?? createHash('sha1').update(script.lua).digest('hex');
  digests.set(script, digest);
  return digest;
}

// Once connected, the client reconnects for ever; the first failure is the caller's to judge and to repeat.
async function connect(url: string, onError: (error: unknown) => void) {
  const client = createClient({
    url,
    disableOfflineQueue: true,
    commandOptions: { timeout: 1000 },
    // A server that is gone without a word, as one whose pod was killed behind a proxy, answers nothing and breaks
    // nothing: a link on which no answer to a ping comes is given up, in the handshake too.
    pingInterval: 3000,
    socket: {
      connectTimeout: 3000,
      socketTimeout: 8000,
      reconnectStrategy: (attempt) => Math.min(100 * 2 ** attempt, 3000),
    },
  });
  client.on('error', onError);
  const failed = new Promise<never>((_, reject) => {
    client.once('error', reject);
  });
  try {
    await Promise.race([client.connect(), failed]);
    return client;
  } catch (error) {
    client.destroy();
    throw error;
  }
}

import type { Clock } from '../domain/clock.ts';
import { systemClock } from '../sources.ts';
import type { AtomicScript } from './atomic-script.ts';
import type { KeyValueStore } from './key-value.ts';

type Entry = { value: string; expiresAt: number };

/** The memory twin of the key-value store; `clock` decides what has expired. */
export function createMemoryKeyValues(clock: Clock = systemClock): KeyValueStore {
  const entries = new Map<string, Entry>();
  const memories = new Map<AtomicScript, Map<string, unknown>>();
  const live = (key: string): Entry | undefined => {
    const entry = entries.get(key);
    if (entry === undefined || entry.expiresAt > clock.now()) return entry;
    entries.delete(key);
    return undefined;
  };
  const expiry = (ttlMs: number | undefined): number =>
    ttlMs === undefined ? Number.POSITIVE_INFINITY : clock.now() + ttlMs;
  return {
    get: async (key) => live(key)?.value,
    set: async (key, value, options = {}) => {
      entries.set(key, { value, expiresAt: expiry(options.ttlMs) });
    },
    claim: async (key, value, ttlMs) => {
      if (live(key) !== undefined) return false;
      entries.set(key, { value, expiresAt: expiry(ttlMs) });
      return true;
    },
    increment: async (key, by, ttlMs) => {
      const entry = live(key) ?? { value: '0', expiresAt: expiry(ttlMs) };
      const count = Number(entry.value) + by;
      entries.set(key, { ...entry, value: String(count) });
      return count;
    },
    evaluate: async (script, keys, args) => {
      const memory = memories.get(script) ?? new Map<string, unknown>();
      memories.set(script, memory);
      return script.twin(memory, keys, args, clock.now());
    },
    remove: async (key) => live(key) !== undefined && entries.delete(key),
    ping: async () => {},
    close: async () => {},
  };
}

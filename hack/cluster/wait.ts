import { setTimeout as pause } from 'node:timers/promises';
import { interruption } from '../toolchain/index.ts';

/** What `waitFor` needs beside the condition. */
export interface WaitOptions {
  /** What is waited for, in words that fit behind "gave up waiting for". */
  readonly what: string;
  readonly timeoutMs: number;
  readonly intervalMs?: number;
}

/** Asks until the condition yields something other than undefined or false; an error of the condition ends it. */
export async function waitFor<T>(
  condition: () => Promise<T | undefined | false> | T | undefined | false,
  options: WaitOptions,
): Promise<T> {
  const deadline = performance.now() + options.timeoutMs;
  for (;;) {
    interruption.throwIfAborted();
    const value = await condition();
    if (value !== undefined && value !== false) return value;
    if (performance.now() > deadline) {
      throw new Error(`gave up waiting for ${options.what} after ${options.timeoutMs / 1000} s`);
    }
    await pause(options.intervalMs ?? 100, undefined, { signal: interruption });
  }
}

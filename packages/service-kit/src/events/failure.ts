import { z } from 'zod';
import { Unavailable } from '../store/unavailable.ts';

/** An error that trying again cannot heal. A message that causes it becomes a dead letter at once. */
export class Permanent extends Error {
  override readonly name = 'Permanent';
}

/** What to do about an error: wait for the world, try again, or give up. */
export function kindOf(error: unknown): 'unavailable' | 'transient' | 'permanent' {
  if (error instanceof Unavailable) return 'unavailable';
  return error instanceof Permanent || error instanceof z.ZodError ? 'permanent' : 'transient';
}

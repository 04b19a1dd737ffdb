import { ApiError, ConnectionError, isExpired } from './errors.ts';
import { UnreadableLineError } from './watch-stream.ts';
import { SilenceError } from './watchdog.ts';

/** A stream was ended in favour of a fresh picture. */
export class RelistError extends Error {
  override readonly name = 'RelistError';
}

/** A stream was ended because the link below it was lost for a while. */
export class DoubtError extends Error {
  override readonly name = 'DoubtError';
}

/** True when an error says that this server streams no lists: it refuses the question or never answers it. */
export function refusesWatchList(error: unknown): boolean {
  if (error instanceof SilenceError) return true;
  return error instanceof ApiError && (error.status === 400 || error.status === 422);
}

/** Why a stream ended, as one of few fixed words. */
export function restartReason(error: unknown): string {
  if (error instanceof UnreadableLineError) return 'unreadable';
  if (error instanceof SilenceError) return 'silent';
  if (error instanceof RelistError) return 'relist';
  if (error instanceof DoubtError) return 'doubted';
  if (isExpired(error)) return 'expired';
  if (error instanceof ApiError) return String(error.status);
  return error instanceof ConnectionError ? 'broken' : 'internal';
}

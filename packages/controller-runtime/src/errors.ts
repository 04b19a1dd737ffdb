/** The parts of a Kubernetes `Status` object that explain a refusal. */
export interface StatusBody {
  reason?: string;
  message?: string;
  code?: number;
  details?: StatusDetails;
}

/** Which fields or objects a refusal is about. */
export interface StatusDetails {
  name?: string;
  group?: string;
  kind?: string;
  uid?: string;
  causes?: { reason?: string; message?: string; field?: string }[];
  retryAfterSeconds?: number;
}

/** The API server answered, and the answer is a refusal or failure. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  /** Kubernetes' machine-readable reason, for example `NotFound`, `Conflict`, `Invalid`. */
  readonly reason: string;
  readonly details: StatusDetails | undefined;
  /** What the server asked us to wait before trying again, in milliseconds. */
  readonly retryAfterMs: number | undefined;

  constructor(status: number, body: StatusBody, retryAfterMs?: number) {
    super(body.message ?? `the API server answered ${status}`);
    this.status = status;
    this.reason = body.reason ?? '';
    this.details = body.details;
    this.retryAfterMs = retryAfterMs;
  }
}

/** No complete, readable answer came: the request may or may not have taken effect. */
export class ConnectionError extends Error {
  override readonly name = 'ConnectionError';
  /** True when a kept-alive connection proved dead: most likely the server had closed it and read nothing. */
  readonly staleConnection: boolean;

  constructor(message: string, cause: unknown, staleConnection = false) {
    super(message, { cause });
    this.staleConnection = staleConnection;
  }
}

/** A write was refused before it was sent, for example because leadership is lost. */
export class WriteRefusedError extends Error {
  override readonly name = 'WriteRefusedError';
}

/** True when the object, or its Kind, does not exist. */
export function isNotFound(error: unknown): boolean {
  return error instanceof ApiError && error.status === 404;
}

/** True for any 409 but `AlreadyExists`: someone else wrote first, or a precondition did not hold. */
export function isConflict(error: unknown): boolean {
  return error instanceof ApiError && error.status === 409 && error.reason !== 'AlreadyExists';
}

/** True when a create met an object of the same name. */
export function isAlreadyExists(error: unknown): boolean {
  return error instanceof ApiError && error.status === 409 && error.reason === 'AlreadyExists';
}

/** True when the resource version or the continue token is too old: only a new list helps. */
export function isExpired(error: unknown): boolean {
  return error instanceof ApiError && (error.status === 410 || error.reason === 'Expired');
}

/** True when nobody who may answer did: no answer, a failing server, or one that knows nobody any more. */
export function isAway(error: unknown): boolean {
  if (error instanceof ApiError) return error.status === 401 || error.status >= 500;
  return error instanceof ConnectionError;
}

/** A short text for logs and conditions, whatever was thrown. */
export function describeError(error: unknown): string {
  if (error instanceof ApiError) return `${error.status} ${error.reason}: ${error.message}`.trim();
  return error instanceof Error ? error.message : String(error);
}

/** Calls a callback of the caller's; what it throws is dropped, because it must not end a loop of ours. */
export function attempt(callback: () => void): void {
  try {
    callback();
  } catch {
    // The callback was asked to observe; there is nobody left to tell.
  }
}

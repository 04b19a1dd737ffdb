/** What the exit code of the plugin says; scripts rely on it. */
export const exitCodes = { healthy: 0, degraded: 1, timeout: 2, notFound: 3, usage: 64 } as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** Ends the command with one sentence on standard error and an exit code. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly code: ExitCode;

  constructor(code: ExitCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** A command line that makes no sense; the message says what would. */
export function usage(message: string): Refusal {
  return new Refusal(exitCodes.usage, message);
}

/** Something that was named does not exist. */
export function notFound(message: string): Refusal {
  return new Refusal(exitCodes.notFound, message);
}

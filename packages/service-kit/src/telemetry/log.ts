import { pino } from 'pino';

/** The few levels a service writes. Every line is one JSON object on standard output. */
export type Log = {
  readonly debug: (fields: object, message: string) => void;
  readonly info: (fields: object, message: string) => void;
  readonly warn: (fields: object, message: string) => void;
  readonly error: (fields: object, message: string) => void;
};

/** A JSON log. Secrets are redacted by their type (`Secret`), not by a list of field names. */
export function createLog(level: string, base: Readonly<Record<string, string>>): Log {
  return pino({
    level,
    base,
    messageKey: 'message',
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label) => ({ level: label }) },
  });
}

export const silentLog: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

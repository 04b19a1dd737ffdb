import { hostname } from 'node:os';
import { z } from 'zod';
import type { Environment } from './read.ts';
import { type ConfigOf, type Variables, variable, wholeNumber } from './variable.ts';

/**
 * The variables of every process. In a pod (POD_NAME is set) it listens on all addresses and waits for endpoint
 * removal before it closes; elsewhere it listens on loopback only and closes at once.
 */
export function processVariables(environment: Environment) {
  const inPod = (environment['POD_NAME'] ?? '') !== '';
  return {
    PORT: wholeNumber({ min: 0, max: 65_535 }, 8080, 'Port to listen on; 0 takes a free one.'),
    BIND_ADDRESS: variable(
      z.string().default(inPod ? '0.0.0.0' : '127.0.0.1'),
      '127.0.0.1',
      'Address to listen on.',
    ),
    SERVICE_VERSION: variable(z.string().default('dev'), 'v1.2.3', 'Version shown in metrics and logs.'),
    POD_NAME: variable(z.string().default(hostname()), 'user-service-0', 'Name shown in logs.'),
    LOG_LEVEL: variable(
      z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
      'info',
      'Least level logged.',
    ),
    DRAIN_DELAY_MS: wholeNumber(
      { min: 0, max: 60_000 },
      inPod ? 5000 : 0,
      'Serving goes on this long after SIGTERM.',
    ),
    SHUTDOWN_DEADLINE_MS: wholeNumber(
      { min: 0, max: 600_000 },
      15_000,
      'In-flight requests may take this long.',
    ),
  } satisfies Variables;
}

export type ProcessConfig = ConfigOf<ReturnType<typeof processVariables>>;

import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from '@prometheus-io/client';

export type Metrics = {
  readonly contentType: string;
  readonly render: () => Promise<string>;
  readonly observeRequest: (request: RequestSample) => void;
  readonly setDependency: (service: string, dependency: string, reachable: boolean) => void;
  /** A request that was refused before any service saw it. */
  readonly countRefusal: (service: string, code: string) => void;
  readonly countRetry: (upstream: string) => void;
  /** How long the oldest event that a follower has not done yet has been waiting. */
  readonly setLag: (service: string, follower: string, seconds: number) => void;
  readonly countDeadLetter: (consumer: string) => void;
  readonly countOverdueWorkflow: (service: string) => void;
};

export type RequestSample = {
  readonly service: string;
  readonly method: string;
  readonly route: string;
  readonly status: number;
  readonly seconds: number;
};

const buckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1, 2.5, 5, 10];

/** The metrics of one process. Labels are bounded: routes are templates and methods a closed set. */
export function createMetrics(version: string): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const build = new Gauge({
    name: 'ecommercestack_build_info',
    help: 'Always 1; the version is a label.',
    labelNames: ['version'],
    registers: [registry],
  });
  build.set({ version }, 1);
  const duration = new Histogram({
    name: 'ecommercestack_http_request_duration_seconds',
    help: 'Time from the first byte of the request to the end of the answer.',
    labelNames: ['service', 'method', 'route', 'status'],
    buckets,
    registers: [registry],
  });
  const dependency = new Gauge({
    name: 'ecommercestack_dependency_up',
    help: '1 while the store or bus answers its readiness check.',
    labelNames: ['service', 'dependency'],
    registers: [registry],
  });
  const retries = new Counter({
    name: 'ecommercestack_upstream_retries_total',
    help: 'Requests sent a second time because the first attempt broke before any byte of the answer.',
    labelNames: ['upstream'],
    registers: [registry],
  });
  const refusals = new Counter({
    name: 'ecommercestack_refusals_total',
    help: 'Requests that were refused before any service saw them, by the code of the problem.',
    labelNames: ['service', 'code'],
    registers: [registry],
  });
  const overdue = new Counter({
    name: 'ecommercestack_workflows_overdue_total',
    help: 'Workflows, orders among them, that had not ended by the time they should have.',
    labelNames: ['service'],
    registers: [registry],
  });
  const lag = new Gauge({
    name: 'ecommercestack_log_lag_seconds',
    help: 'Age of the oldest event of the own log that the relay, a reaction or a projection has still to do.',
    labelNames: ['service', 'follower'],
    registers: [registry],
  });
  const deadLetters = new Counter({
    name: 'ecommercestack_dead_letters_total',
    help: 'Messages that a consumer gave up.',
    labelNames: ['consumer'],
    registers: [registry],
  });
  return {
    contentType: registry.contentType,
    render: () => registry.metrics(),
    observeRequest: ({ service, method, route, status, seconds }) =>
      duration.observe({ service, method: knownMethod(method), route, status: String(status) }, seconds),
    setDependency: (service, name, reachable) =>
      dependency.set({ service, dependency: name }, reachable ? 1 : 0),
    countRefusal: (service, code) => refusals.inc({ service, code }),
    countRetry: (upstream) => retries.inc({ upstream }),
    setLag: (service, follower, seconds) => lag.set({ service, follower }, seconds),
    countDeadLetter: (consumer) => deadLetters.inc({ consumer }),
    countOverdueWorkflow: (service) => overdue.inc({ service }),
  };
}

const methods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

function knownMethod(method: string): string {
  return methods.has(method) ? method : 'OTHER';
}

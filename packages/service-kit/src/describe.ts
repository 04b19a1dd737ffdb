import type { ServiceRow } from '@ecommercestack/contracts/topology';
import { type Dependency, dependenciesOf } from './config/row.ts';
import { openApiOf } from './http/operations.ts';
import type { Service } from './service.ts';

export type ServiceDescription = {
  readonly row: ServiceRow;
  readonly dependencies: readonly { name: Dependency; survives: boolean }[];
  readonly variables: readonly { name: string; example: string; about: string }[];
  readonly refusals: readonly { code: string; status: number; title: string }[];
  readonly openapi: unknown;
};

/** Everything a service says about itself without being started: for docs and for tests against the topology. */
export function describe(service: Service): ServiceDescription {
  return {
    row: service.row,
    dependencies: dependenciesOf(service.row).map((name) => ({
      name,
      survives: service.survives.includes(name),
    })),
    variables: Object.entries(service.variables).map(([name, { example, about }]) => ({
      name,
      example,
      about,
    })),
    refusals: Object.entries(service.refusals).map(([code, { status, title }]) => ({ code, status, title })),
    openapi: openApiOf(service, 'dev'),
  };
}

import { type ServiceRow, type StoreName, topology } from '@ecommercestack/contracts/topology';
import type { EnvironmentVariable } from '../../api/completed.ts';

/** What one embedded store's container needs beside what all of them have. */
export type StoreServer = {
  args?: string[];
  env: EnvironmentVariable[];
  /** Files that the server runs at its first start, and where it looks for them. */
  init?: { mountPath: string; files: Record<string, string> };
  /** Directories beside the data that the server writes. */
  scratch: string[];
  /** False where the upstream image writes into its own installation. */
  readOnlyRoot: boolean;
  /** Keys of the store's Secret; each gets a password once. */
  passwords: string[];
};

/** Role, database and password key that all custom services share on an embedded store. */
export const customTenant = 'custom';

/**
 * Tenants of a store: every built-in service that the service table gives it, running or not, so that switching a
 * service on later finds its database. The list changes only with the blueprint.
 */
export function tenantsOf(store: StoreName): string[] {
  const rows: readonly ServiceRow[] = topology;
  return [...rows.filter((row) => row.stores.includes(store)).map((row) => row.name), customTenant];
}

/** The tenant that a service is on a store. */
export function tenantOf(store: StoreName, service: string): string {
  return tenantsOf(store).includes(service) ? service : customTenant;
}

/** Variable with one password of a store's Secret. */
export function passwordVariable(name: string, secret: string, key: string): EnvironmentVariable {
  return { name, valueFrom: { secretKeyRef: { name: secret, key } } };
}

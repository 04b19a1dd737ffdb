import { passwordVariable, type StoreServer, tenantsOf } from './server.ts';

const superuser = 'postgres';

/** PostgreSQL with a database and a role a service; no role can connect to another one's database. */
export function postgresServer(secret: string, dataPath: string): StoreServer {
  const tenants = tenantsOf('postgres');
  return {
    env: [
      { name: 'POSTGRES_USER', value: superuser },
      { name: 'POSTGRES_DB', value: 'postgres' },
      passwordVariable('POSTGRES_PASSWORD', secret, superuser),
      { name: 'PGDATA', value: `${dataPath}/pgdata` },
      ...tenants.map((tenant) => passwordVariable(roleVariable(tenant), secret, tenant)),
    ],
    init: {
      mountPath: '/docker-entrypoint-initdb.d',
      files: { '10-databases.sh': initScript(tenants) },
    },
    scratch: ['/tmp', '/var/run/postgresql'],
    readOnlyRoot: true,
    passwords: [superuser, ...tenants],
  };
}

const roleVariable = (tenant: string) => `ROLE_PASSWORD_${tenant.toUpperCase()}`;

// Passwords reach psql as variables of its own, so they are quoted by psql and never stand in the script.
function initScript(tenants: readonly string[]): string {
  return [
    '#!/bin/sh',
    'set -eu',
    'tenant() {',
    '  psql -v ON_ERROR_STOP=1 -v role="$1" -v password="$2" --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" <<"SQL"',
    `CREATE ROLE :"role" LOGIN PASSWORD :'password';`,
    'CREATE DATABASE :"role" OWNER :"role";',
    'REVOKE ALL ON DATABASE :"role" FROM PUBLIC;',
    'SQL',
    '}',
    ...tenants.map((tenant) => `tenant ${tenant} "$${roleVariable(tenant)}"`),
    '',
  ].join('\n');
}

#!/bin/bash
# Starts PostgreSQL with the environment contract of the upstream image: the subset that the operator uses.
# It never runs as root and needs no privilege at start.
set -eo pipefail

fail() {
  echo "Error: $*" >&2
  exit 1
}

# file_env NAME DEFAULT: takes NAME from the file that NAME_FILE names, as upstream does for mounted secrets.
file_env() {
  local file="$1_FILE"
  if [ -n "${!1}" ] && [ -n "${!file}" ]; then fail "both $1 and $file are set (but are exclusive)"; fi
  if [ -n "${!file}" ]; then export "$1"="$(<"${!file}")"; else export "$1"="${!1:-$2}"; fi
  unset "$file"
}

run_script() {
  case "$1" in
    *.sh) if [ -x "$1" ]; then echo "running $1"; "$1"; else echo "sourcing $1"; . "$1"; fi ;;
    *.sql) echo "running $1"; psql_database -f "$1" ;;
    *.sql.gz) echo "running $1"; gunzip -c "$1" | psql_database ;;
    *) echo "ignoring $1" ;;
  esac
}

psql_database() {
  psql -v ON_ERROR_STOP=1 --no-psqlrc --no-password --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" "$@"
}

initialise() {
  if [ -z "$POSTGRES_PASSWORD" ] && [ "$POSTGRES_HOST_AUTH_METHOD" != trust ]; then
    fail 'Database is uninitialized and superuser password is not specified.
       You must specify POSTGRES_PASSWORD to a non-empty value for the superuser.'
  fi
  mkdir -p "$PGDATA"
  chmod 0700 "$PGDATA"
  local words
  read -r -a words <<<"$POSTGRES_INITDB_ARGS"
  initdb --username "$POSTGRES_USER" --pwfile <(printf '%s\n' "$POSTGRES_PASSWORD") \
    --auth-local trust --auth-host "${POSTGRES_HOST_AUTH_METHOD:-scram-sha-256}" "${words[@]}"
  printf '\nhost all all all %s\n' "${POSTGRES_HOST_AUTH_METHOD:-scram-sha-256}" >>"$PGDATA/pg_hba.conf"
  # Until the scripts are through nobody but them may connect: no TCP.
  PGUSER="$POSTGRES_USER" pg_ctl -D "$PGDATA" -o "-c listen_addresses=''" -w start
  if [ "$POSTGRES_DB" != postgres ]; then
    psql -v ON_ERROR_STOP=1 --no-psqlrc --no-password --username "$POSTGRES_USER" --dbname postgres \
      --set db="$POSTGRES_DB" <<<'CREATE DATABASE :"db";'
  fi
  local script
  for script in /docker-entrypoint-initdb.d/*; do
    if [ -f "$script" ]; then run_script "$script"; fi
  done
  PGUSER="$POSTGRES_USER" pg_ctl -D "$PGDATA" -m fast -w stop
  echo 'PostgreSQL init process complete; ready for start up.'
}

# A start that dies half-way must not leave a directory that the next start takes for a database: it grows beside
# its place and is renamed when it is whole. Where the place itself is the mount point, it grows in place.
initialise_beside() {
  if [ -e "$PGDATA" ] || [ ! -w "$(dirname "$PGDATA")" ]; then
    initialise
    return
  fi
  local place="$PGDATA"
  export PGDATA="$place.initialising"
  rm -rf "$PGDATA"
  initialise
  mv "$PGDATA" "$place"
  export PGDATA="$place"
}

if [ "${1:0:1}" = '-' ]; then set -- postgres "$@"; fi
if [ "$1" != postgres ]; then exec "$@"; fi
if [ "$(id -u)" = 0 ]; then fail 'this image does not run as root: set runAsUser to 999'; fi

file_env POSTGRES_PASSWORD
file_env POSTGRES_USER postgres
file_env POSTGRES_DB "$POSTGRES_USER"
file_env POSTGRES_INITDB_ARGS
# The folder of the socket outlives a container that was killed, and the process id in a lock of then may be anybody's.
rm -f /var/run/postgresql/.s.PGSQL.*
if [ -s "$PGDATA/PG_VERSION" ]; then
  echo 'PostgreSQL Database directory appears to contain a database; Skipping initialization'
else
  mkdir -p "$(dirname "$PGDATA")"
  initialise_beside
fi
unset POSTGRES_PASSWORD
exec "$@"

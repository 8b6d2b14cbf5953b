#!/bin/sh -e
# What the image of PostgreSQL does at its first start, and nothing for another command.
[ "$1" = postgres ] || exec "$@"
data=/var/lib/postgresql/data
mkdir -p /run/postgresql; chown postgres:postgres "$data" /run/postgresql; chmod 700 "$data"
if [ ! -s "$data/PG_VERSION" ]; then
  install -o postgres -m 600 "$POSTGRES_PASSWORD_FILE" /run/postgresql/password
  setpriv --reuid=postgres --regid=postgres --init-groups initdb -D "$data" -U "$POSTGRES_USER" --pwfile=/run/postgresql/password --auth-host=scram-sha-256 --auth-local=trust >/dev/null
  echo "host all all all scram-sha-256" >> "$data/pg_hba.conf"
  echo "CREATE DATABASE $POSTGRES_DB TEMPLATE template0 ENCODING 'UTF8'" | setpriv --reuid=postgres --regid=postgres --init-groups postgres --single -D "$data" postgres >/dev/null
fi
shift; exec setpriv --reuid=postgres --regid=postgres --init-groups postgres -D "$data" -c listen_addresses='*' "$@"

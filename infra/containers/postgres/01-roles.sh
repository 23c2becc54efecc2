#!/bin/bash
# Run once, by the image, on an empty data folder. The application's role is no superuser, so that row level security
# holds for it.
set -euo pipefail
psql --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname template1 \
  --set holdfast="$HOLDFAST_DB_PASSWORD" --set temporal="$HOLDFAST_TEMPORAL_DB_PASSWORD" <<'SQL'
CREATE EXTENSION vector;
CREATE ROLE holdfast LOGIN NOSUPERUSER NOBYPASSRLS PASSWORD :'holdfast';
CREATE DATABASE holdfast OWNER holdfast;
CREATE ROLE temporal LOGIN CREATEDB NOSUPERUSER PASSWORD :'temporal';
SQL

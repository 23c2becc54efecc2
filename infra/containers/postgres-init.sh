#!/bin/sh
# The application's role is not a superuser, so that row level security applies to it.
set -eu
psql -v ON_ERROR_STOP=1 -v password="$POSTGRES_PASSWORD" -U postgres <<'SQL'
create role holdfast login password :'password';
create database holdfast owner holdfast;
\connect holdfast
create extension vector;
SQL

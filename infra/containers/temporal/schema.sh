#!/bin/sh
# Makes Temporal's two databases, or brings them to this version's schema.
set -eu
schema() {
  database=$1 versions=$2
  tool="temporal-sql-tool --plugin postgres12 --ep $POSTGRES_SEEDS -p $DB_PORT -u $POSTGRES_USER --db $database"
  update="$tool update-schema -d /etc/temporal/schema/postgresql/v12/$versions/versioned"
  $tool create
  # Setting up an existing schema again would set its version back to 0.0, so an update is tried first.
  $update || { $tool setup-schema -v 0.0 && $update; }
}
schema temporal temporal
schema temporal_visibility visibility

-- Schedules: the row says what is to be started, Temporal's Schedule of the same id says when.
create table schedules (
  tenant_id uuid not null references tenants,
  schedule_id uuid not null,
  principal_id uuid not null,
  name text not null,
  agent text not null,
  kind text not null,
  template jsonb not null,
  enc smallint not null default 0,
  key_id text,
  max_concurrency int not null default 8,
  spec jsonb not null,
  overlap text not null,
  catchup_seconds int not null,
  paused boolean not null default false,
  note text,
  -- Whether Temporal has a Schedule that says the same.
  synced boolean not null default false,
  created_at timestamptz not null default now(),
  deleted_at timestamptz,
  primary key (tenant_id, schedule_id)
);
create index schedules_unsynced on schedules (created_at) where not synced;

-- One row a fire, by the time it was due: a fire that is delivered again finds what the first one started.
create table schedule_fires (
  tenant_id uuid not null,
  schedule_id uuid not null,
  nominal_at timestamptz not null,
  run_id uuid,
  batch_id uuid,
  skipped text,
  created_at timestamptz not null default now(),
  primary key (tenant_id, schedule_id, nominal_at),
  foreign key (tenant_id, schedule_id) references schedules on delete cascade
);
create index runs_by_schedule on runs (tenant_id, schedule_id, run_id desc) where schedule_id is not null;

do $$
declare t text;
begin
  foreach t in array array['schedules','schedule_fires']
  loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy tenant on %I using (holdfast_tenant_is(tenant_id)) with check (holdfast_tenant_is(tenant_id))', t);
  end loop;
end $$;

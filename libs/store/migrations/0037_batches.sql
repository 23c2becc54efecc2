-- Batches: many runs of one agent, an item each.
create table batches (
  tenant_id uuid not null references tenants,
  batch_id uuid not null,
  principal_id uuid not null,
  schedule_id uuid,
  name text,
  agent text not null,
  status text not null,
  -- What the runs have in common.
  template jsonb not null,
  enc smallint not null default 0,
  key_id text,
  max_concurrency int not null,
  cancel_requested_at timestamptz,
  created_at timestamptz not null default now(),
  started_at timestamptz,
  ended_at timestamptz,
  primary key (tenant_id, batch_id)
);
create index batches_queued on batches (created_at) where status = 'queued';

create table batch_items (
  tenant_id uuid not null,
  batch_id uuid not null,
  n int not null,
  key text not null,
  input_hash bytea not null,
  -- pending, started, cancelled (before it began); once started, its run says how it stands.
  state text not null default 'pending',
  run_id uuid,
  -- Number of the claim that started it: a claim that is made again finds its own items.
  claim int,
  tries smallint not null default 0,
  primary key (tenant_id, batch_id, n),
  unique (tenant_id, batch_id, key),
  foreign key (tenant_id, batch_id) references batches on delete cascade
) with (fillfactor = 80);
create index batch_items_pending on batch_items (tenant_id, batch_id, n) where state = 'pending';
create index batch_items_by_claim on batch_items (tenant_id, batch_id, claim) where claim is not null;
create index runs_by_batch on runs (tenant_id, batch_id) where batch_id is not null;

do $$
declare t text;
begin
  foreach t in array array['batches','batch_items']
  loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy tenant on %I using (holdfast_tenant_is(tenant_id)) with check (holdfast_tenant_is(tenant_id))', t);
  end loop;
end $$;

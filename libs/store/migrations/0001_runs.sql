-- Runs and what they leave behind. Conventions that every later migration keeps:
--  * tenant_id is in every table and every unique key; row level security is enabled and forced, and reads the
--    tenant that the transaction set (`holdfast.tenant`; '*' for the service's own sweeps).
--  * beside every column that holds content stand `enc` (0: as is) and `key_id`.
--  * ids are UUIDv7, made by the application.

create function holdfast_tenant_is(t uuid) returns boolean language sql stable parallel safe as
$$ select current_setting('holdfast.tenant', true) = t::text or current_setting('holdfast.tenant', true) = '*' $$;

create table tenants (
  tenant_id uuid primary key,
  name text not null,
  created_at timestamptz not null default now()
);
create table principals (
  tenant_id uuid not null references tenants,
  principal_id uuid not null,
  name text not null,
  role text not null,
  created_at timestamptz not null default now(),
  primary key (tenant_id, principal_id)
);
insert into tenants (tenant_id, name) values ('00000000-0000-7000-8000-000000000001', 'local');
insert into principals (tenant_id, principal_id, name, role)
  values ('00000000-0000-7000-8000-000000000001', '00000000-0000-7000-8000-000000000002', 'local', 'admin');

-- Bodies by the SHA-256 of tenant and text: written once, pointed at by messages, states and results.
create table contents (
  tenant_id uuid not null,
  hash bytea not null,
  body text not null,
  enc smallint not null default 0,
  key_id text,
  primary key (tenant_id, hash)
);

create table runs (
  tenant_id uuid not null references tenants,
  run_id uuid not null,
  principal_id uuid not null,
  agent text not null,
  agent_version text not null,
  status text not null,
  status_reason jsonb,
  input_hash bytea not null,
  result_hash bytea,
  thread_id uuid,
  corpus_id uuid,
  model text,
  runtime_id text,
  priority text not null,
  tags text[] not null default '{}',
  schedule_id uuid,
  batch_id uuid,
  limits jsonb not null,
  sampling jsonb not null default '{}',
  start_at timestamptz,
  created_at timestamptz not null default now(),
  started_at timestamptz,
  ended_at timestamptz,
  primary key (tenant_id, run_id)
);
create index runs_by_status on runs (tenant_id, status, run_id desc);
create index runs_by_thread on runs (tenant_id, thread_id, run_id desc) where thread_id is not null;
create index runs_live on runs (run_id) where status in ('queued','running','waiting_approval','waiting_input','waiting_runtime','paused','cancelling');
-- One live run a thread.
create unique index runs_thread_live on runs (tenant_id, thread_id) where thread_id is not null
  and status in ('queued','running','waiting_approval','waiting_input','waiting_runtime','paused','cancelling');

-- The hot part of a run: its lock, its counters, its head. No indexed column changes, so updates stay in the page.
create table run_heads (
  tenant_id uuid not null,
  run_id uuid not null,
  event_seq bigint not null default 0,
  inbox_seq int not null default 0,
  inbox_read int not null default 0,
  -- Leaf of the step tree that the next step hangs on; 0 is the root.
  head_step int not null default 0,
  next_step int not null default 1,
  prompt_tokens bigint not null default 0,
  output_tokens bigint not null default 0,
  thinking_tokens bigint not null default 0,
  steering_actions int not null default 0,
  primary key (tenant_id, run_id),
  foreign key (tenant_id, run_id) references runs on delete cascade
) with (fillfactor = 50);

create table steps (
  tenant_id uuid not null,
  run_id uuid not null,
  step int not null,
  parent int not null,
  attempt int not null,
  state text not null,
  model text,
  prompt_tokens int not null default 0,
  output_tokens int not null default 0,
  thinking_tokens int not null default 0,
  -- Agent state after the calls done so far.
  state_hash bytea,
  calls smallint not null default 0,
  malformed boolean not null default false,
  digest jsonb,
  drift jsonb,
  steering jsonb,
  failure jsonb,
  started_at timestamptz not null default now(),
  ended_at timestamptz,
  primary key (tenant_id, run_id, step),
  foreign key (tenant_id, run_id) references runs on delete cascade
) with (fillfactor = 80);

-- Append-only. Step 0 holds the input; `ordinal` orders the messages of a step.
create table messages (
  tenant_id uuid not null,
  run_id uuid not null,
  step int not null,
  attempt int not null,
  ordinal smallint not null,
  role text not null,
  hash bytea not null,
  tool text,
  tokens int not null,
  primary key (tenant_id, run_id, step, attempt, ordinal),
  foreign key (tenant_id, run_id) references runs on delete cascade
);

-- One row an effect. Call -1 is the model's; its row is written in the transaction that makes the result true.
create table ledger (
  tenant_id uuid not null,
  run_id uuid not null,
  step int not null,
  attempt int not null,
  call smallint not null,
  tool text not null,
  effect text not null,
  state text not null,
  deliveries smallint not null default 1,
  outcome jsonb,
  started_at timestamptz not null default now(),
  done_at timestamptz,
  primary key (tenant_id, run_id, step, attempt, call),
  foreign key (tenant_id, run_id) references runs on delete cascade
);

create table checkpoints (
  tenant_id uuid not null,
  run_id uuid not null,
  step int not null,
  parent int not null,
  state_hash bytea not null,
  world_version bigint,
  workspace_commit text,
  drift_state jsonb not null,
  created_at timestamptz not null default now(),
  primary key (tenant_id, run_id, step),
  foreign key (tenant_id, run_id) references runs on delete cascade
);

create table events (
  tenant_id uuid not null,
  run_id uuid not null,
  seq bigint not null,
  at timestamptz not null default clock_timestamp(),
  type text not null,
  step int,
  attempt smallint,
  data jsonb,
  primary key (tenant_id, run_id, seq),
  foreign key (tenant_id, run_id) references runs on delete cascade
);

-- Text of the open step while it streams; gone when its message commits. Losing it loses nothing.
create unlogged table stream_chunks (
  tenant_id uuid not null,
  run_id uuid not null,
  step int not null,
  attempt int not null,
  delivery int not null,
  n int not null,
  kind text not null,
  body text not null,
  enc smallint not null default 0,
  key_id text,
  primary key (tenant_id, run_id, step, attempt, delivery, n)
);

-- What people ask of a run: a row first, then a wake.
create table inbox (
  tenant_id uuid not null,
  run_id uuid not null,
  n int not null,
  kind text not null,
  body_hash bytea,
  data jsonb,
  principal_id uuid not null,
  created_at timestamptz not null default now(),
  applied_at timestamptz,
  applied_step int,
  primary key (tenant_id, run_id, n),
  foreign key (tenant_id, run_id) references runs on delete cascade
);
create index inbox_unapplied on inbox (run_id) where applied_at is null;

create table artifacts (
  tenant_id uuid not null,
  artifact_id uuid not null,
  run_id uuid not null,
  step int not null,
  kind text not null,
  title text not null,
  content_hash bytea not null,
  evidence_hash bytea not null,
  verified boolean not null,
  created_at timestamptz not null default now(),
  primary key (tenant_id, artifact_id),
  foreign key (tenant_id, run_id) references runs on delete cascade
);
create index artifacts_by_run on artifacts (tenant_id, run_id, artifact_id);

-- One row per (tenant, route, key); kept seven days.
create table idempotency (
  tenant_id uuid not null,
  route text not null,
  key text not null,
  body_hash bytea not null,
  status int,
  headers jsonb,
  response jsonb,
  created_at timestamptz not null default now(),
  primary key (tenant_id, route, key)
);
create index idempotency_age on idempotency (created_at);

do $$
declare t text;
begin
  foreach t in array array['principals','contents','runs','run_heads','steps','messages','ledger','checkpoints','events','stream_chunks','inbox','artifacts','idempotency']
  loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy tenant on %I using (holdfast_tenant_is(tenant_id)) with check (holdfast_tenant_is(tenant_id))', t);
  end loop;
end $$;

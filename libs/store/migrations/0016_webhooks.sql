-- Whom to tell of what happens, and what became of it.

create table webhooks (
  tenant_id uuid not null references tenants,
  webhook_id uuid not null,
  url text not null,
  secret text not null,
  enc smallint not null default 0,
  key_id text,
  events text[] not null,
  -- Set where a run brought it along: it hears of that run alone, and goes with it.
  run_id uuid,
  created_at timestamptz not null default now(),
  primary key (tenant_id, webhook_id),
  foreign key (tenant_id, run_id) references runs on delete cascade
);
create index webhooks_of_run on webhooks (tenant_id, run_id);

create table webhook_deliveries (
  tenant_id uuid not null,
  delivery_id uuid not null,
  webhook_id uuid not null,
  event text not null,
  -- The event of a run; none where somebody asked for a test.
  run_id uuid,
  seq bigint,
  state text not null default 'pending',
  -- One entry a try: when, how long, and the status or what went wrong. No body.
  log jsonb not null default '[]',
  -- When a workflow was started for it last.
  handed_at timestamptz,
  created_at timestamptz not null default now(),
  done_at timestamptz,
  primary key (tenant_id, delivery_id),
  unique (tenant_id, webhook_id, run_id, seq),
  foreign key (tenant_id, webhook_id) references webhooks on delete cascade,
  foreign key (tenant_id, run_id) references runs on delete cascade
);
create index webhook_deliveries_pending on webhook_deliveries (created_at) where state = 'pending';
create index webhook_deliveries_of_run on webhook_deliveries (tenant_id, run_id);

-- In the transaction of the event itself: what was announced is delivered, whoever dies in between.
create function holdfast_queue_webhooks() returns trigger language plpgsql as
$$ begin
  insert into webhook_deliveries (tenant_id, delivery_id, webhook_id, event, run_id, seq)
  select w.tenant_id, gen_random_uuid(), w.webhook_id, new.type, new.run_id, new.seq
  from webhooks w where w.tenant_id = new.tenant_id and new.type = any(w.events) and (w.run_id is null or w.run_id = new.run_id)
  on conflict do nothing;
  return null;
end $$;
create trigger queue_webhooks after insert on events for each row
  when (new.type in ('run.started', 'run.resumed', 'run.finished', 'approval.requested', 'artifact.created', 'status.changed'))
  execute function holdfast_queue_webhooks();

do $$
declare t text;
begin
  foreach t in array array['webhooks','webhook_deliveries']
  loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy tenant on %I using (holdfast_tenant_is(tenant_id)) with check (holdfast_tenant_is(tenant_id))', t);
  end loop;
end $$;

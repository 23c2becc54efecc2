-- What a run remembers beyond its context window.

-- How a runtime counts a model's prompts beside our estimate of them.
create table token_ratios (
  tenant_id uuid not null references tenants,
  runtime_id text not null,
  model text not null,
  -- Tokens as the runtime counted them for each one that was estimated.
  ratio double precision not null,
  samples int not null default 1,
  updated_at timestamptz not null default now(),
  primary key (tenant_id, runtime_id, model)
);

-- Lexemes of the messages that a compaction took out of the window. Plain equality and not a text search operator:
-- row level security keeps those from using an index.
create table memory_terms (
  tenant_id uuid not null,
  run_id uuid not null,
  term text not null,
  step int not null,
  ordinal smallint not null,
  -- How often the term stands in the message.
  n smallint not null,
  enc smallint not null default 0,
  key_id text,
  primary key (tenant_id, run_id, term, step, ordinal),
  foreign key (tenant_id, run_id) references runs on delete cascade
);

do $$
declare t text;
begin
  foreach t in array array['token_ratios','memory_terms']
  loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy tenant on %I using (holdfast_tenant_is(tenant_id)) with check (holdfast_tenant_is(tenant_id))', t);
  end loop;
end $$;

-- What the doctor found, one row per runtime, model and version of the runtime; the newest examination stays. Findings
-- hold verdicts, figures and names, and nothing that a model wrote.
create table model_findings (
  tenant_id uuid not null,
  runtime_id text not null,
  model text not null,
  version text not null,
  examined_at timestamptz not null,
  enc smallint not null default 0,
  key_id text,
  report jsonb not null,
  primary key (tenant_id, runtime_id, model, version)
);

-- Speeds as runs measure them: exponentially weighted, tokens a second.
create table model_speeds (
  tenant_id uuid not null,
  runtime_id text not null,
  model text not null,
  prompt_per_second double precision not null,
  output_per_second double precision not null,
  load_ms double precision not null,
  calls bigint not null default 1,
  updated_at timestamptz not null default now(),
  primary key (tenant_id, runtime_id, model)
);

do $$
declare t text;
begin
  foreach t in array array['model_findings','model_speeds']
  loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy tenant on %I using (holdfast_tenant_is(tenant_id)) with check (holdfast_tenant_is(tenant_id))', t);
  end loop;
end $$;

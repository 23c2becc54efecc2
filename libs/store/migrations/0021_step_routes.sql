-- Runs that named no model: their calls follow the configuration, also after a resume.
create table routed_runs (
  tenant_id uuid not null,
  run_id uuid not null,
  primary key (tenant_id, run_id),
  foreign key (tenant_id, run_id) references runs on delete cascade
);

-- The route that each attempt of a step took, and why.
create table step_routes (
  tenant_id uuid not null,
  run_id uuid not null,
  step int not null,
  attempt int not null,
  runtime_id text not null,
  model text not null,
  reason text not null,
  primary key (tenant_id, run_id, step, attempt),
  foreign key (tenant_id, run_id) references runs on delete cascade
);

do $$
declare t text;
begin
  foreach t in array array['routed_runs','step_routes']
  loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy tenant on %I using (holdfast_tenant_is(tenant_id)) with check (holdfast_tenant_is(tenant_id))', t);
  end loop;
end $$;

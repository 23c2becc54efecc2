-- Activation steering of a run: the vector file, a JSON body, and what is done with it.
create table run_steering (
  tenant_id uuid not null,
  run_id uuid not null,
  vector_hash bytea not null,
  correction text not null,
  primary key (tenant_id, run_id),
  foreign key (tenant_id, run_id) references runs on delete cascade
);

-- What was read of an attempt's turn: token by token, axis by axis.
create table step_activations (
  tenant_id uuid not null,
  run_id uuid not null,
  step int not null,
  attempt int not null,
  correction text not null,
  layer int not null,
  axes text[] not null,
  -- tokens × axes numbers each
  projections real[] not null,
  shifts real[] not null,
  corrected int not null,
  primary key (tenant_id, run_id, step, attempt),
  foreign key (tenant_id, run_id) references runs on delete cascade
);

do $$
declare t text;
begin
  foreach t in array array['run_steering','step_activations']
  loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy tenant on %I using (holdfast_tenant_is(tenant_id)) with check (holdfast_tenant_is(tenant_id))', t);
  end loop;
end $$;

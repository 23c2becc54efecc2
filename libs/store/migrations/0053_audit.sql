-- Who read, changed, signed, exported and deleted what of sensitive runs. Each row's hash covers the one before it, so
-- that a row that was changed, taken out or put in is found; the head's row shows where the chain ends.
create table audit_heads (
  tenant_id uuid primary key references tenants,
  n bigint not null,
  link bytea not null
);
create table audit_log (
  tenant_id uuid not null references tenants,
  n bigint not null,
  at timestamptz not null,
  principal_id uuid,
  action text not null,
  -- No foreign key: the log outlives what it tells of.
  run_id uuid,
  subject text,
  prev bytea not null,
  link bytea not null,
  primary key (tenant_id, n)
);
create index audit_by_run on audit_log (tenant_id, run_id, n);
create trigger audit_stays before update or delete on audit_log for each row execute function holdfast_refuse_update();

do $$
declare t text;
begin
  foreach t in array array['audit_heads','audit_log']
  loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy tenant on %I using (holdfast_tenant_is(tenant_id)) with check (holdfast_tenant_is(tenant_id))', t);
  end loop;
end $$;

-- Decisions that a run waits for, each bound to a digest of what is to be approved. At most one is open, or not yet
-- acted upon, for a call.
create table approvals (
  tenant_id uuid not null,
  approval_id uuid not null,
  run_id uuid not null,
  step int not null,
  attempt int not null,
  call smallint not null,
  -- `call`: the tool asks before it runs. `doubt`: the call was interrupted and may have taken effect.
  kind text not null,
  tool text not null,
  digest text not null,
  args_hash bytea not null,
  edited_hash bytea,
  comment_hash bytea,
  status text not null default 'pending',
  decided_by uuid,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  remind_at timestamptz,
  reminded_at timestamptz,
  decided_at timestamptz,
  -- The call went on with it: another interruption asks again.
  used_at timestamptz,
  primary key (tenant_id, approval_id),
  foreign key (tenant_id, run_id) references runs on delete cascade
);
create unique index approvals_of_call on approvals (tenant_id, run_id, step, attempt, call, kind) where used_at is null;
alter table approvals enable row level security;
alter table approvals force row level security;
create policy tenant on approvals using (holdfast_tenant_is(tenant_id)) with check (holdfast_tenant_is(tenant_id));

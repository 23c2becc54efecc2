-- What a step added to a run's workspace, as a Git bundle of one commit on its parent: where the folder is lost, or
-- another host has the run, the workspace is built again from the repository and these.
create table workspace_packs (
  tenant_id uuid not null,
  run_id uuid not null,
  commit text not null,
  parent text not null,
  body bytea not null,
  enc smallint not null default 0,
  key_id text,
  created_at timestamptz not null default now(),
  primary key (tenant_id, run_id, commit),
  foreign key (tenant_id, run_id) references runs on delete cascade
);
-- Bundles are compressed already.
alter table workspace_packs alter column body set storage external;
-- A fork begins with commits of the run that it was taken from.
create index workspace_packs_by_commit on workspace_packs (tenant_id, commit);
alter table workspace_packs enable row level security;
alter table workspace_packs force row level security;
create policy tenant on workspace_packs using (holdfast_tenant_is(tenant_id)) with check (holdfast_tenant_is(tenant_id));

-- Sensitive runs that somebody released for training: without a row here an export leaves such a run out.
create table training_releases (
  tenant_id uuid not null,
  run_id uuid not null,
  principal_id uuid not null,
  -- The person's own words: sealed as the run is.
  reason text not null,
  enc smallint not null default 0,
  key_id text,
  released_at timestamptz not null default now(),
  primary key (tenant_id, run_id),
  foreign key (tenant_id, run_id) references runs on delete cascade
);
-- Exports go through the runs of an agent in the order of their ids.
create index runs_by_agent on runs (tenant_id, agent, run_id) where ended_at is not null;

alter table training_releases enable row level security;
alter table training_releases force row level security;
create policy tenant on training_releases using (holdfast_tenant_is(tenant_id)) with check (holdfast_tenant_is(tenant_id));

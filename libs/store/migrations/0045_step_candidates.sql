-- Turns that were drawn for a step after `resample`: one of them became the step's, all of them were paid for.
create table step_candidates (
  tenant_id uuid not null,
  run_id uuid not null,
  step int not null,
  attempt int not null,
  n smallint not null,
  chosen boolean not null,
  score real not null,
  valid boolean not null,
  seed bigint,
  body_hash bytea not null,
  prompt_tokens int not null,
  output_tokens int not null,
  thinking_tokens int not null,
  ms int not null,
  primary key (tenant_id, run_id, step, attempt, n),
  foreign key (tenant_id, run_id) references runs on delete cascade
);
create index step_candidates_bodies on step_candidates (tenant_id, body_hash);

alter table step_candidates enable row level security;
alter table step_candidates force row level security;
create policy tenant on step_candidates using (holdfast_tenant_is(tenant_id)) with check (holdfast_tenant_is(tenant_id));

-- Who signed what. The approval that the run waited for says that and when; this says what exactly: the text by its
-- digest, and the model and the words that it came from. Later edits are addenda: the signed text never changes.
create table signatures (
  tenant_id uuid not null,
  artifact_id uuid not null,
  run_id uuid not null,
  approval_id uuid not null,
  principal_id uuid not null,
  signed_at timestamptz not null default now(),
  text_digest text not null,
  model text,
  model_digest text,
  agent_version text not null,
  prompt_digest text,
  primary key (tenant_id, artifact_id),
  foreign key (tenant_id, run_id) references runs on delete cascade
);
create table addenda (
  tenant_id uuid not null,
  artifact_id uuid not null,
  n int not null,
  run_id uuid not null,
  principal_id uuid not null,
  body_hash bytea not null,
  created_at timestamptz not null default now(),
  primary key (tenant_id, artifact_id, n),
  foreign key (tenant_id, run_id) references runs on delete cascade
);
-- Runs of agents that handle what must not be seen by others.
alter table runs add column sensitive boolean not null default false;

create function holdfast_refuse_update() returns trigger language plpgsql as $$ begin raise exception '% does not change', tg_table_name; end $$;
create trigger signatures_stay before update on signatures for each row execute function holdfast_refuse_update();
create trigger addenda_stay before update on addenda for each row execute function holdfast_refuse_update();

do $$
declare t text;
begin
  foreach t in array array['signatures','addenda']
  loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy tenant on %I using (holdfast_tenant_is(tenant_id)) with check (holdfast_tenant_is(tenant_id))', t);
  end loop;
end $$;

-- What an agent was when runs began with it: immutable, by the digest of what it says. A version that was changed without a new name shows as two.
create table agent_versions (
  tenant_id uuid not null,
  agent text not null,
  version text not null,
  digest text not null,
  definition jsonb not null,
  enc smallint not null default 0,
  key_id text,
  created_at timestamptz not null default now(),
  primary key (tenant_id, agent, version, digest)
);
-- The one that the run began with.
alter table runs add column agent_digest text;

alter table agent_versions enable row level security;
alter table agent_versions force row level security;
create policy tenant on agent_versions using (holdfast_tenant_is(tenant_id)) with check (holdfast_tenant_is(tenant_id));
create function holdfast_refuse_change() returns trigger language plpgsql as $$ begin raise exception 'agent versions do not change'; end $$;
create trigger agent_versions_stay before update on agent_versions for each row execute function holdfast_refuse_change();

-- Worlds: an append-only log of events, one version each. A world forks by pointer: versions up to `parent_version`
-- are read from the parent. Snapshots hold buckets of entities by digest, so that two of them share what did not
-- change.
create table worlds (
  tenant_id uuid not null references tenants,
  world_id uuid not null,
  name text not null,
  enc smallint not null default 0,
  key_id text,
  rules jsonb not null,
  version bigint not null default 0,
  parent_id uuid,
  parent_version bigint,
  -- Version of the newest snapshot of this world's own, to know when another is due.
  snapshot_version bigint not null default 0,
  created_at timestamptz not null default now(),
  primary key (tenant_id, world_id),
  foreign key (tenant_id, parent_id) references worlds (tenant_id, world_id)
) with (fillfactor = 70);
create index worlds_by_parent on worlds (tenant_id, parent_id) where parent_id is not null;

-- A turn is applied once: its id is the key. What was said and told stands beside the versions that it made.
create table world_turns (
  tenant_id uuid not null,
  world_id uuid not null,
  turn_id uuid not null,
  first_version bigint not null,
  last_version bigint not null,
  actor text,
  said text,
  outcome jsonb,
  telling text,
  enc smallint not null default 0,
  key_id text,
  words tsvector generated always as (to_tsvector('english', coalesce(said, '') || ' ' || coalesce(telling, ''))) stored,
  created_at timestamptz not null default now(),
  primary key (tenant_id, world_id, turn_id),
  foreign key (tenant_id, world_id) references worlds on delete cascade
);
create index world_turns_by_version on world_turns (tenant_id, world_id, last_version desc);
create index world_turns_words on world_turns using gin (words);

create table world_events (
  tenant_id uuid not null,
  world_id uuid not null,
  version bigint not null,
  turn_id uuid,
  actor text,
  kind text not null,
  -- Entities that the event is about.
  subjects text[] not null,
  body text not null,
  enc smallint not null default 0,
  key_id text,
  created_at timestamptz not null default now(),
  primary key (tenant_id, world_id, version),
  foreign key (tenant_id, world_id) references worlds on delete cascade
);
create index world_events_subjects on world_events using gin (subjects);

create table world_chunks (
  tenant_id uuid not null,
  world_id uuid not null,
  digest bytea not null,
  body text not null,
  enc smallint not null default 0,
  key_id text,
  primary key (tenant_id, world_id, digest),
  foreign key (tenant_id, world_id) references worlds on delete cascade
);
create table world_snapshots (
  tenant_id uuid not null,
  world_id uuid not null,
  version bigint not null,
  -- In the order of the state's buckets.
  chunks bytea[] not null,
  primary key (tenant_id, world_id, version),
  foreign key (tenant_id, world_id) references worlds on delete cascade
);

do $$
declare t text;
begin
  foreach t in array array['worlds','world_turns','world_events','world_chunks','world_snapshots']
  loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy tenant on %I using (holdfast_tenant_is(tenant_id)) with check (holdfast_tenant_is(tenant_id))', t);
  end loop;
end $$;

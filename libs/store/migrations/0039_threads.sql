-- Conversations and campaigns across runs. One that a run names and nobody made is made with the run.
create table threads (
  tenant_id uuid not null references tenants,
  thread_id uuid not null,
  tags text[] not null default '{}',
  created_at timestamptz not null default now(),
  primary key (tenant_id, thread_id)
);
insert into threads (tenant_id, thread_id, created_at) select tenant_id, thread_id, min(created_at) from runs where thread_id is not null group by 1, 2;
alter table threads enable row level security;
alter table threads force row level security;
create policy tenant on threads using (holdfast_tenant_is(tenant_id)) with check (holdfast_tenant_is(tenant_id));

-- The run waits until its thread is free. 0: it is the next, since it took the place of another; 1: after those that came before it.
alter table runs add column thread_wait smallint;
-- As the run ends, its world goes back to where it began, and soon after it is removed.
alter table runs add column rolled_back boolean not null default false;
drop index runs_thread_live;
create unique index runs_thread_live on runs (tenant_id, thread_id) where thread_id is not null and thread_wait is null
  and status in ('queued','running','waiting_approval','waiting_input','waiting_runtime','paused','cancelling');
create index runs_thread_wait on runs (tenant_id, thread_id, thread_wait, run_id) where thread_wait is not null;
create index runs_rolled_back on runs (ended_at) where rolled_back;

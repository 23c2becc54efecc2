-- A schedule may let time pass in a world instead of starting runs: it has no agent and no template then, and its fires
-- name the version that the world came to.
alter table schedules alter column agent drop not null;
alter table schedules alter column template drop not null;
alter table schedules add column world_id uuid;
alter table schedule_fires add column world_version bigint;

-- The key that a run's content is sealed with; null: not sealed. The key itself lies outside the database and its
-- backups, wrapped by a master key: without it nothing of the run can be read. A fork has its source's.
alter table runs add column key_id uuid;
create index runs_by_key on runs (tenant_id, key_id) where key_id is not null;

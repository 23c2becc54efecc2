-- Where the open step stands in the run's world and workspace: the parent's checkpoint at first, then what its calls left.
alter table steps add column world_version bigint;
alter table steps add column workspace_commit text;
-- Agent state that every attempt of the step begins with, where it was taken back to a checkpoint with its surroundings.
alter table steps add column restored_hash bytea;
-- The world that the run plays in; of a fork, a world of its own.
alter table runs add column world_id uuid;
-- What a run had when it ended before it was done.
alter table runs add column partial_hash bytea;

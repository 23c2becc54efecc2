-- Where a run was forked from, and what it does otherwise than its agent says. The run that it came from may be deleted.
alter table runs add column forked_from uuid;
alter table runs add column forked_step int;
-- JSON string that stands in place of the agent's own system prompt.
alter table runs add column prompt_hash bytea;
-- Laid over the agent's drift policy.
alter table runs add column drift jsonb;

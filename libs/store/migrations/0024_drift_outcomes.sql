-- What the ladder did is read when a run begins: few rows among many.
create index steps_steered on steps (tenant_id, run_id, step) where steering is not null;
create index events_steering on events (tenant_id, run_id) where type = 'steering.applied';

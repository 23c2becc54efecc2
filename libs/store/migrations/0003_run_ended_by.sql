-- Which Temporal execution wrote the run's end: its redelivered end, coming after the run was resumed, changes nothing.
alter table runs add column ended_by text;

-- A schedule over what is new in a corpus may take only the documents that hold certain words.
alter table schedules add column query text;

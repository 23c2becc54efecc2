-- A state is read from hundreds of chunks of a few kilobytes. Kept in their rows, as they are, they cost one look each;
-- out of line and compressed, as Postgres does from 2 KB on, they cost three and the unpacking.
alter table world_chunks set (toast_tuple_target = 8160);
alter table world_chunks alter column body set storage main;
-- How many entities a chunk holds, so that it need not be read to be counted. Null in chunks from before.
alter table world_chunks add column entities int;

-- So that whether anything points at a body is answered without reading whole tables. Hash indexes: a few bytes a row.
create index messages_by_hash on messages using hash (hash);
create index checkpoints_by_state on checkpoints using hash (state_hash);
create index runs_ended on runs (ended_at) where ended_at is not null;

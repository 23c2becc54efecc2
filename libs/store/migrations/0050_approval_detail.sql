-- What a person is shown beside the arguments of a call: the change that a branch would hold, say. Part of the digest.
alter table approvals add column detail_hash bytea;

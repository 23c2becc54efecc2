-- Tool calls that a run's turns asked for, beside its tokens: a limit counts them.
alter table run_heads add column tool_calls int not null default 0;

-- Whether what is read of a steered run's activations is a source of its drift scores.
alter table run_steering add column detects boolean not null default false;

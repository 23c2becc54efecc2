-- What a judge said of a run's steps up to `step`. The words are a JSON body; what it cost is counted on the run.
create table judge_verdicts (
  tenant_id uuid not null,
  run_id uuid not null,
  step int not null,
  from_step int not null,
  runtime_id text not null,
  model text not null,
  -- Null where the answer was dropped, which `dropped` gives the reason for.
  label text,
  dropped text,
  overthinking real not null,
  overacting real not null,
  confidence real not null,
  confirmed boolean not null,
  evidence_steps int[] not null,
  answer_hash bytea,
  samples smallint not null,
  prompt_tokens int not null,
  output_tokens int not null,
  ms int not null,
  created_at timestamptz not null default clock_timestamp(),
  primary key (tenant_id, run_id, step),
  foreign key (tenant_id, run_id) references runs on delete cascade
);
create index judge_verdicts_answers on judge_verdicts (tenant_id, answer_hash) where answer_hash is not null;

alter table judge_verdicts enable row level security;
alter table judge_verdicts force row level security;
create policy tenant on judge_verdicts using (holdfast_tenant_is(tenant_id)) with check (holdfast_tenant_is(tenant_id));

alter table run_heads
  add column judge_verdicts int not null default 0,
  add column judge_prompt_tokens bigint not null default 0,
  add column judge_output_tokens bigint not null default 0,
  add column judge_ms bigint not null default 0;

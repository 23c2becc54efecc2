-- Flashcards, scheduled by FSRS. They go with the document that their answer stands in.

create table cards (
  tenant_id uuid not null,
  card_id uuid not null,
  corpus_id uuid not null,
  document_id uuid not null,
  -- SHA-256 of the question, folded: a corpus has no card twice.
  question_key bytea not null,
  question text not null,
  answer text not null,
  quote text not null,
  page int,
  enc smallint not null default 0,
  key_id text,
  -- FSRS's own record of the card (stability, difficulty, repetitions, …): numbers and dates.
  schedule jsonb not null,
  due timestamptz not null,
  created_at timestamptz not null default now(),
  primary key (tenant_id, card_id),
  unique (tenant_id, corpus_id, question_key),
  foreign key (tenant_id, corpus_id) references corpora on delete cascade,
  foreign key (tenant_id, document_id) references documents on delete cascade
);
create index cards_by_due on cards (tenant_id, corpus_id, due);

alter table cards enable row level security;
alter table cards force row level security;
create policy tenant on cards using (holdfast_tenant_is(tenant_id)) with check (holdfast_tenant_is(tenant_id));

-- How often each term stands in which passages: what BM25 ranks by. An index on `tsv` cannot serve a role that row
-- level security binds, since `@@` is not marked leakproof; equality of terms is, so these rows are found by theirs.

alter table passages add column no int generated always as identity;
create unique index passages_by_no on passages (tenant_id, corpus_id, no);

-- Each document's terms are a segment of their own, until small segments are merged into larger ones.
create table term_segments (
  tenant_id uuid not null,
  segment_id uuid not null,
  corpus_id uuid not null,
  -- Null once merged: passages that are gone are then skipped until the next merge.
  document_id uuid,
  passages int not null,
  -- Sum of the passages' lengths, in distinct terms.
  lexemes bigint not null,
  primary key (tenant_id, segment_id),
  foreign key (tenant_id, corpus_id) references corpora on delete cascade,
  foreign key (tenant_id, document_id) references documents on delete cascade
);
create index term_segments_by_corpus on term_segments (tenant_id, corpus_id, passages);
create index term_segments_by_document on term_segments (tenant_id, document_id);

create table term_postings (
  tenant_id uuid not null,
  corpus_id uuid not null,
  term text not null,
  segment_id uuid not null,
  -- Passages that hold the term: how many, their numbers, and what BM25 gives each for it at a usual length.
  passages int not null,
  nos int[] not null,
  impacts real[] not null,
  primary key (tenant_id, corpus_id, term, segment_id),
  foreign key (tenant_id, segment_id) references term_segments on delete cascade
);
create index term_postings_by_segment on term_postings (tenant_id, segment_id);

do $$
declare t text;
begin
  foreach t in array array['term_segments', 'term_postings']
  loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy tenant on %I using (holdfast_tenant_is(tenant_id)) with check (holdfast_tenant_is(tenant_id))', t);
  end loop;
end $$;

-- What is there already gets its segments. They take their documents' ids, which are as unique.
insert into term_segments (tenant_id, segment_id, corpus_id, document_id, passages, lexemes)
select tenant_id, document_id, corpus_id, document_id, count(*), sum(length(tsv)) from passages group by tenant_id, corpus_id, document_id;
insert into term_postings (tenant_id, corpus_id, term, segment_id, passages, nos, impacts)
select p.tenant_id, p.corpus_id, t.lexeme, p.document_id, count(*), array_agg(p.no order by p.no), array_agg((t.times * 2.2 / (t.times + 1.2 * (0.25 + 0.75 * length(p.tsv) / 100)))::real order by p.no)
from passages p cross join lateral (select lexeme, cardinality(positions)::float8 as times from unnest(p.tsv)) t where length(t.lexeme) <= 200 group by p.tenant_id, p.corpus_id, p.document_id, t.lexeme;

-- Words are found by their terms' rows now.
drop index passages_words;

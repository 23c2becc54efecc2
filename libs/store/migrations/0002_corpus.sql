-- Corpora: documents, their pages and passages, and how they came in.

create table corpora (
  tenant_id uuid not null references tenants,
  corpus_id uuid not null,
  name text not null,
  description text,
  enc smallint not null default 0,
  key_id text,
  created_at timestamptz not null default now(),
  primary key (tenant_id, corpus_id)
);

-- One row a file of a corpus, told by the SHA-256 of its bytes.
create table documents (
  tenant_id uuid not null,
  document_id uuid not null,
  corpus_id uuid not null,
  name text not null,
  enc smallint not null default 0,
  key_id text,
  media_type text not null,
  bytes bigint not null,
  sha256 bytea not null,
  pages int not null,
  passages int not null,
  created_at timestamptz not null default now(),
  primary key (tenant_id, document_id),
  unique (tenant_id, corpus_id, sha256),
  foreign key (tenant_id, corpus_id) references corpora on delete cascade
);
create index documents_by_corpus on documents (tenant_id, corpus_id, document_id);

-- The original's bytes, in pieces. An upload's stand here before its document does.
create table document_blobs (
  tenant_id uuid not null,
  corpus_id uuid not null,
  sha256 bytea not null,
  n int not null,
  body bytea not null,
  enc smallint not null default 0,
  key_id text,
  primary key (tenant_id, corpus_id, sha256, n),
  foreign key (tenant_id, corpus_id) references corpora on delete cascade
);
alter table document_blobs alter column body set storage external;

-- Page 0 holds the whole text of a format without pages.
create table pages (
  tenant_id uuid not null,
  document_id uuid not null,
  page int not null,
  text text not null,
  enc smallint not null default 0,
  key_id text,
  primary key (tenant_id, document_id, page),
  foreign key (tenant_id, document_id) references documents on delete cascade
);

create table passages (
  tenant_id uuid not null,
  passage_id uuid not null,
  corpus_id uuid not null,
  document_id uuid not null,
  ordinal int not null,
  page int not null,
  -- Character offset of the passage in its page.
  page_start int not null,
  section text,
  text text not null,
  enc smallint not null default 0,
  key_id text,
  tsv tsvector generated always as (setweight(to_tsvector('english'::regconfig, coalesce(section, '')), 'B') || setweight(to_tsvector('english'::regconfig, text), 'D')) stored,
  -- Null until it is embedded. Vectors of two models are never compared.
  embedding vector,
  embed_model text,
  embed_dims smallint,
  primary key (tenant_id, passage_id),
  unique (tenant_id, document_id, ordinal),
  foreign key (tenant_id, document_id) references documents on delete cascade
);
create index passages_by_corpus on passages (tenant_id, corpus_id);
create index passages_words on passages using gin (tsv);
create index passages_vectors_384 on passages using hnsw ((embedding::vector(384)) vector_cosine_ops) where embed_dims = 384;
create index passages_vectors_768 on passages using hnsw ((embedding::vector(768)) vector_cosine_ops) where embed_dims = 768;

create table ingestions (
  tenant_id uuid not null,
  ingestion_id uuid not null,
  corpus_id uuid not null,
  principal_id uuid not null,
  status text not null default 'queued',
  total int not null,
  created_at timestamptz not null default now(),
  ended_at timestamptz,
  primary key (tenant_id, ingestion_id),
  foreign key (tenant_id, corpus_id) references corpora on delete cascade
);
create index ingestions_live on ingestions (ingestion_id) where status in ('queued', 'running');

create table ingestion_files (
  tenant_id uuid not null,
  ingestion_id uuid not null,
  n int not null,
  name text not null,
  -- A file on the server; null for an upload, whose bytes are in document_blobs under `sha256`.
  path text,
  enc smallint not null default 0,
  key_id text,
  sha256 bytea,
  state text not null default 'pending',
  document_id uuid,
  pages int not null default 0,
  passages int not null default 0,
  -- Why it failed; beside `pending`, why it is tried again.
  failure jsonb,
  primary key (tenant_id, ingestion_id, n),
  foreign key (tenant_id, ingestion_id) references ingestions on delete cascade
);

do $$
declare t text;
begin
  foreach t in array array['corpora','documents','document_blobs','pages','passages','ingestions','ingestion_files']
  loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy tenant on %I using (holdfast_tenant_is(tenant_id)) with check (holdfast_tenant_is(tenant_id))', t);
  end loop;
end $$;

-- Files read by ranges of pages, files within files, changed files, and what a search can be narrowed by.

alter table documents
  -- Where the server found it, so that a changed file takes the place of what it was; null for an upload.
  add column source text,
  add column tags text[] not null default '{}',
  -- Of the document itself: when it was published or written, as far as anybody has said.
  add column dated date;
create index documents_by_source on documents (tenant_id, corpus_id, source) where source is not null;

-- Characters of the page and the part of its picture where they stand: [{start, end, box: [left, top, width, height]}].
alter table pages add column regions jsonb;

alter table ingestion_files
  add column pages_read int not null default 0,
  add column pages_total int,
  -- The document of an earlier state of this file, which it took the place of.
  add column replaced uuid,
  -- Told by the worker: bytes that a range of pages was read from are not another state of the file.
  add column range_sha256 bytea;

-- Pages of a file that is still being read. They become the document's in the transaction that ends the file.
create table ingestion_pages (
  tenant_id uuid not null,
  ingestion_id uuid not null,
  n int not null,
  page int not null,
  text text not null,
  sections jsonb not null,
  regions jsonb,
  enc smallint not null default 0,
  key_id text,
  primary key (tenant_id, ingestion_id, n, page),
  foreign key (tenant_id, ingestion_id, n) references ingestion_files on delete cascade
);

alter table ingestion_pages enable row level security;
alter table ingestion_pages force row level security;
create policy tenant on ingestion_pages using (holdfast_tenant_is(tenant_id)) with check (holdfast_tenant_is(tenant_id));

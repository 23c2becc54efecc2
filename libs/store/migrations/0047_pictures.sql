-- Pictures that recognition cannot read, and figures: a model that sees reads them one by one, after their document.

create table document_pictures (
  tenant_id uuid not null,
  document_id uuid not null,
  n int not null,
  page int not null,
  -- The part of the page: left, top, width and height in [0,1].
  box real[] not null,
  -- pending, read, empty (nothing was seen in it) or failed.
  state text not null default 'pending',
  primary key (tenant_id, document_id, n),
  foreign key (tenant_id, document_id) references documents on delete cascade
);

alter table document_pictures enable row level security;
alter table document_pictures force row level security;
create policy tenant on document_pictures using (holdfast_tenant_is(tenant_id)) with check (holdfast_tenant_is(tenant_id));

-- Of pages that are kept until all of their file is read: the parts that hold pictures.
alter table ingestion_pages add column pictures jsonb;

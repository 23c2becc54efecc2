-- Code lists that a user brings (ICD-10, SNOMED CT, LOINC, …): searched by a person, asserted by nobody.
create table codes (
  tenant_id uuid not null references tenants,
  system text not null,
  code text not null,
  display text not null,
  terms tsvector not null generated always as (to_tsvector('english', display)) stored,
  primary key (tenant_id, system, code)
);
create index codes_by_terms on codes using gin (terms);
create index codes_by_code on codes (tenant_id, lower(code) text_pattern_ops);

alter table codes enable row level security;
alter table codes force row level security;
create policy tenant on codes using (holdfast_tenant_is(tenant_id)) with check (holdfast_tenant_is(tenant_id));

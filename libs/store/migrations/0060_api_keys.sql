-- Who may ask: keys, and people whom an identity provider vouches for. What they may do is with their key or their
-- token; a principal is only who did it.
alter table principals drop column role;
alter table principals add column issuer text;
alter table principals add column subject text;
create unique index principals_by_subject on principals (tenant_id, issuer, subject) where issuer is not null;
create unique index tenants_by_name on tenants (name);

create table api_keys (
  tenant_id uuid not null references tenants,
  key_id uuid not null,
  principal_id uuid not null,
  name text not null,
  -- SHA-256 of the whole key, which is 32 random bytes and more: there is nothing to guess, so nothing to slow down.
  hash bytea not null,
  roles text[] not null,
  requests_per_second int,
  created_by uuid,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  last_used_at timestamptz,
  revoked_at timestamptz,
  replaces uuid,
  primary key (tenant_id, key_id),
  foreign key (tenant_id, principal_id) references principals
);

alter table api_keys enable row level security;
alter table api_keys force row level security;
create policy tenant on api_keys using (holdfast_tenant_is(tenant_id)) with check (holdfast_tenant_is(tenant_id));

import { describe, expect, it } from '@jest/globals';
import { rolesOf } from './people.js';

describe('rolesOf', () => {
  const plain = { rolesClaim: ['roles'], roleNames: {} };

  it.each<[unknown, string[]]>([
    [{ roles: ['viewer', 'signer', 'viewer'] }, ['viewer', 'signer']],
    [{ roles: 'operator approver' }, ['operator', 'approver']],
    [{ roles: ['root', 'ADMIN', 7, null] }, []],
    [{ roles: { admin: true } }, []],
    [{}, []],
  ])('reads %j', (claims, roles) => expect(rolesOf(claims as object, plain)).toEqual(roles));

  it('follows a claim within another, and takes names that were given a role', () => {
    expect(rolesOf({ realm_access: { roles: ['hf-doctors', 'hf-ops'] } }, { rolesClaim: ['realm_access', 'roles'], roleNames: { 'hf-doctors': 'signer', 'hf-ops': 'operator' } })).toEqual(['signer', 'operator']);
    expect(rolesOf({ roles: ['constructor', '__proto__'] }, plain)).toEqual([]);
  });
});

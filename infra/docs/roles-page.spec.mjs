import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import { ACCESS_ROLES } from '#contracts';
import { apiDocument } from '../client/api-document.mjs';
import { routeRoles, securityPage } from './roles-page.mjs';

jest.setTimeout(30_000);
const PAGE = join(import.meta.dirname, '..', '..', 'docs/security.md');
/** Tell nothing of an installation but whether it is there. */
const OPEN = ['GET /docs', 'GET /healthz', 'GET /openapi.json', 'GET /readyz'];

describe('the role of a route', () => {
  let document;
  beforeAll(async () => {
    document = await apiDocument();
  });

  it('is named by every route of the OpenAPI document', () => {
    const routes = routeRoles(document);
    expect(routes.length).toBeGreaterThan(95);
    expect(routes.filter(({ role }) => role !== 'open' && !ACCESS_ROLES.includes(role))).toEqual([]);
  });

  it('is none only where nothing can be learned', () => {
    expect(routeRoles(document).filter(({ role }) => role === 'open').map(({ route }) => route).sort()).toEqual(OPEN);
  });

  it('is more than that of a reader where something is changed', () => {
    // What comes by MCP or A2A is asked of the other routes, with their roles.
    const readers = routeRoles(document).filter(({ route, role }) => role === 'viewer' && !route.startsWith('GET '));
    expect(readers.map(({ route }) => route).sort()).toEqual(['DELETE /v1/session', 'POST /v1/a2a', 'POST /v1/codec/decode', 'POST /v1/codec/encode', 'POST /v1/keys/{id}/rotate', 'POST /v1/mcp', 'POST /v1/session', 'POST /v1/verifications']);
  });

  it('stands in docs/security.md; `npm run docs` writes it', () => {
    const text = readFileSync(PAGE, 'utf8');
    expect(text).toBe(securityPage(text, document));
  });
});

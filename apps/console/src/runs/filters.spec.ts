import { describe, expect, it } from '@jest/globals';
import { queryOf, readFilters, writeFilters } from './filters.js';

describe('filters in the address', () => {
  it('come back as they were written, and leave the rest of the address alone', () => {
    const filters = { status: ['running' as const, 'paused' as const], agent: 'research', days: 7 };
    const params = writeFilters(new URLSearchParams('new=coding&tag=old'), filters);
    expect(params.toString()).toBe('new=coding&status=running&status=paused&days=7&agent=research');
    expect(readFilters(params)).toEqual(filters);
  });

  it('drop what the API does not know', () => expect(readFilters(new URLSearchParams('status=nonsense&days=x&agent='))).toEqual({ status: [] }));

  it('ask for what was made since then', () => {
    expect(queryOf({ status: [], days: 1, tag: 't' }, Date.parse('2026-01-02T00:00:00Z'))).toEqual({ tag: 't', createdAfter: '2026-01-01T00:00:00.000Z' });
  });
});

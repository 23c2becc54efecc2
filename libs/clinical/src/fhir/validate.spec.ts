import { describe, expect, it } from '@jest/globals';
import { validateBundle } from './validate.js';

describe('a bundle', () => {
  it.each([[null], [undefined], [7], ['Bundle'], [[]], [{ resourceType: 'Patient' }]])('that is %j is none, and says so', async (bundle) => {
    expect(await validateBundle(bundle)).toEqual([{ path: 'Bundle.resourceType', message: 'must be Bundle' }]);
  });
});

import type { Provider } from '@nestjs/common';
import type { SearchResult } from '#contracts';
import { createSearch } from '#corpus';
import { createEmbedder } from '#models';
import type { Config } from '#platform';
import type { Pool, SearchFilter } from '#store';
import { CONFIG, POOL } from '../core/tokens.js';

export type CorpusSearch = (tenantId: string, corpusId: string, query: string, limit: number, signal: AbortSignal, filter?: SearchFilter) => Promise<SearchResult>;

export const SEARCH = Symbol('CorpusSearch');

/** The corpora's own search, with the runtime that embeds. */
export const corpusSearch: Provider = {
  provide: SEARCH,
  inject: [CONFIG, POOL],
  useFactory: (config: Config, pool: Pool): CorpusSearch => createSearch(pool, createEmbedder(config)),
};

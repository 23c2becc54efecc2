type Page = { data: unknown[]; nextCursor: string | null };
type Paged = { query?: { cursor?: string } };
type ItemOf<L extends (request: never) => Promise<Page>> = Awaited<ReturnType<L>>['data'][number];

/** All items of a list, page by page: `for await (const run of items(client.listRuns, { query: { agent } }))`. */
export async function* items<L extends (request: never) => Promise<Page>>(list: L, request: NonNullable<Parameters<L>[0]>): AsyncGenerator<ItemOf<L>, void> {
  const read = list as unknown as (request: Paged) => Promise<{ data: ItemOf<L>[]; nextCursor: string | null }>;
  const { query, ...rest }: Paged = request as Paged;
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const page: { data: ItemOf<L>[]; nextCursor: string | null } = await read({ ...rest, query: { ...query, ...(cursor ? { cursor } : {}) } });
    for (const item of page.data) yield item;
    cursor = page.nextCursor;
  }
}

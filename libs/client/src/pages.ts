type Page = { data: unknown[]; nextCursor: string | null };
type Paged = { query?: { cursor?: string } };

/** All items of a list, page by page: `for await (const run of items(client.listRuns, { query: { agent } }))`. */
export async function* items<L extends (request: never) => Promise<Page>>(list: L, request: NonNullable<Parameters<L>[0]>): AsyncGenerator<Awaited<ReturnType<L>>['data'][number], void> {
  const read = list as unknown as (request: Paged) => Promise<Page>;
  const { query, ...rest }: Paged = request as Paged;
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const page = await read({ ...rest, query: { ...query, ...(cursor ? { cursor } : {}) } });
    yield* page.data as Awaited<ReturnType<L>>['data'];
    cursor = page.nextCursor;
  }
}

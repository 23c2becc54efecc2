/** All items of a list, page by page: `for await (const run of items(client.listRuns, { query: { agent } }))`. */
export async function* items<T, Q extends { query?: { cursor?: string } }>(list: (request: Q) => Promise<{ data: T[]; nextCursor: string | null }>, request: Q): AsyncGenerator<T, void> {
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const page = await list({ ...request, query: { ...request.query, ...(cursor ? { cursor } : {}) } });
    yield* page.data;
    cursor = page.nextCursor;
  }
}

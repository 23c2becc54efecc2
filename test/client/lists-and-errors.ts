import { ApiError, createClient, items } from '#client';

const [tag = 'job-1'] = process.argv.slice(2);
const client = createClient({ baseUrl: process.env['HOLDFAST_URL'] ?? 'http://127.0.0.1:3000' });

// All of a list, page by page.
for await (const run of items(client.listRuns, { query: { tag, limit: 2 } })) console.log(run.id, run.status);

try {
  await client.getRun({ path: { id: '019a0000-0000-7000-8000-000000000000' } });
} catch (error) {
  // Codes are stable; docs/errors.md lists them.
  if (error instanceof ApiError) console.log(error.status, error.code);
}

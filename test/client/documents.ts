import { createClient } from '#client';

const client = createClient({ baseUrl: process.env['HOLDFAST_URL'] ?? 'http://127.0.0.1:3000' });
const corpus = await client.createCorpus({ body: { name: 'notes' } });

const form = new FormData();
form.append('files', new Blob(['Vitamin C does not prevent colds. It may shorten them a little.']), 'colds.txt');
const accepted = await client.addDocuments({ path: { id: corpus.id }, body: form });

let state = accepted.status;
while (state === 'queued' || state === 'running') {
  await new Promise((go) => setTimeout(go, 200));
  state = (await client.getIngestion({ path: { id: corpus.id, ingestionId: accepted.id } })).status;
}
const { hits } = await client.searchCorpus({ path: { id: corpus.id }, query: { query: 'colds', limit: 1 } });
console.log(state, hits[0]?.text);

import { createClient } from '#client';

const [agent = 'research', input = '{}'] = process.argv.slice(2);
const client = createClient({ baseUrl: process.env['HOLDFAST_URL'] ?? 'http://127.0.0.1:3000' });

// Sent again where an answer is lost: the key that the client makes up lets it start once.
const run = await client.createRun({ body: { agent, input: JSON.parse(input) as Record<string, unknown> } });

// Every event once and in order, however often the connection breaks; text as the model writes it.
for await (const item of client.events(run.id)) {
  if (item.kind === 'event') console.log(`${item.event.seq} ${item.event.type}`);
  if (item.kind === 'part') process.stdout.write(item.part.text);
  if (item.kind === 'reset') console.log(`(step ${item.step} is written again)`);
}

const ended = await client.getRun({ path: { id: run.id } });
console.log(ended.status, JSON.stringify(ended.result));

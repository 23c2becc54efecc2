import { createClient, waitForRun } from '#client';

// The job's own number is the key: started again after a crash it finds the run that it had begun.
const [job = 'job-1', input = '{}', agent = 'research'] = process.argv.slice(2);
const client = createClient({ baseUrl: process.env['HOLDFAST_URL'] ?? 'http://127.0.0.1:3000', retry: { attempts: 10 } });

const run = await client.createRun({ body: { agent, input: JSON.parse(input) as Record<string, unknown>, tags: [job] }, idempotencyKey: job });
const ended = await waitForRun(client, run.id, { seconds: 3_600 });
console.log(run.id, ended.status);

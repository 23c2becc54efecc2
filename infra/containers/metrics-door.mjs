// Lets a scrape from another container in to what is given on loopback: `node metrics-door.mjs FROM_PORT TO_PORT`.
// Passes on GET /metrics, with the key that comes with it, and nothing else.
import { createServer, get } from 'node:http';

const [from, to] = process.argv.slice(2).map(Number);
const server = createServer((req, res) => {
  if (req.method !== 'GET' || req.url !== '/metrics') return res.writeHead(404).end();
  const { authorization } = req.headers;
  const asked = get({ host: '127.0.0.1', port: to, path: '/metrics', timeout: 10_000, headers: authorization ? { authorization } : {} }, (answer) => {
    res.writeHead(answer.statusCode, { 'content-type': answer.headers['content-type'] ?? 'text/plain' });
    answer.pipe(res);
  });
  asked.on('timeout', () => asked.destroy()).on('error', () => (res.headersSent ? res.destroy() : res.writeHead(502).end()));
});
server.listen(from, '0.0.0.0');
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(0));

// Passes TCP connections on to a loopback port: `node loopback-door.mjs FROM_PORT TO_PORT`.
import { connect, createServer } from 'node:net';

const [from, to] = process.argv.slice(2).map(Number);
const server = createServer((client) => {
  const target = connect(to, '127.0.0.1');
  client.on('error', () => target.destroy()).on('close', () => target.destroy());
  target.on('error', () => client.destroy()).on('close', () => client.destroy());
  client.pipe(target).pipe(client);
});
server.listen(from, '0.0.0.0');
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(0));

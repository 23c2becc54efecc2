// Passes TCP connections on to a socket in the file system, which network namespaces share: `HOST PORT SOCKET`.
import { connect, createServer } from 'node:net';

const [host, port, socket] = process.argv.slice(2);
const server = createServer((client) => {
  const target = connect(socket);
  client.on('error', () => target.destroy()).on('close', () => target.destroy());
  target.on('error', () => client.destroy()).on('close', () => client.destroy());
  client.pipe(target).pipe(client);
});
server.listen(Number(port), host, () => console.log('passing on'));

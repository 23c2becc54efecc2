import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { InvalidRequest } from './invalid-request.js';
import { toProblem } from './problem.js';

/** What Node calls each by; the rest is a malformed request. */
const DETAILS: Record<string, string> = {
  HPE_HEADER_OVERFLOW: 'have more than 16 KB',
  ERR_HTTP_REQUEST_TIMEOUT: 'did not come in time',
};

/** Answers what Node's parser refuses before any route has seen it, in the form of all errors, and closes the connection. */
export function answerUnreadable(server: Server): void {
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket & { _httpMessage?: ServerResponse }) => {
    // Behind an answer that has begun a second one would be taken for its rest.
    if (!socket.writable || error.code === 'ECONNRESET' || socket._httpMessage?.headersSent) return void socket.destroy();
    const body = JSON.stringify(toProblem(new InvalidRequest([{ path: 'headers', message: DETAILS[error.code ?? ''] ?? 'are not of HTTP/1.1' }]), '/'));
    socket.end(`HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Type: application/problem+json; charset=utf-8\r\nX-Content-Type-Options: nosniff\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  });
}

import type { Duplex } from 'node:stream';
import { refuse } from '../domain/result.ts';
import { type CommonRefusal, commonRefusals, renderProblem, toProblem } from './problem.ts';

const codes: Readonly<Record<string, CommonRefusal>> = {
  HPE_HEADER_OVERFLOW: 'headers-too-large',
  ERR_HTTP_REQUEST_TIMEOUT: 'request-timeout',
};

const lingerMs = 500;

/** Answers what is no HTTP request with a problem, and closes: where the next request would begin nobody knows. */
export function answerMalformed(error: Error, socket: Duplex): CommonRefusal | undefined {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return undefined;
  }
  const refusal = codes[code] ?? 'malformed-request';
  const { status, headers, body = '' } = renderProblem(toProblem(refuse(refusal), commonRefusals));
  const head = Object.entries({ ...headers, 'content-length': Buffer.byteLength(body), connection: 'close' });
  const lines = head.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  socket.end(`HTTP/1.1 ${status} Refused\r\n${lines}\r\n${body}`);
  // Closed at once over what is still unread, the connection would break before the client has the answer; a client that
  // goes on sending must not keep it either.
  setTimeout(() => socket.destroy(), lingerMs).unref();
  return refusal;
}

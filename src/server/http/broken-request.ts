import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { RestError } from '../rest/rest-error.ts';

/** What is wrong with a request that is not read to its end, by Node's error codes; anything else is no HTTP. */
const REFUSALS: Readonly<Record<string, readonly [status: number, reason: string, message: string]>> = {
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'Request Timeout', 'The request did not come to its end in time'],
  HPE_HEADER_OVERFLOW: [431, 'Request Header Fields Too Large', 'The headers of the request are too large'],
};
const NO_HTTP = [400, 'Bad Request', 'The request is not HTTP/1.1'] as const;

/** Answers a request that the parser has refused, in ksqlDB's shape, and ends its connection. */
export function answerBroken(error: NodeJS.ErrnoException, socket: Duplex): void {
  const [status, reason, message] = REFUSALS[error.code ?? ''] ?? NO_HTTP;
  if (!socket.writable) return;
  const body = bodyOf(status, message);
  const head = [
    `HTTP/1.1 ${status} ${reason}`,
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}

/** Answers a request that expects what there is not. */
export function answerExpectation({ headers }: IncomingMessage, response: ServerResponse): void {
  const body = bodyOf(417, `There is no expectation ${headers.expect ?? ''}`);
  response.writeHead(417, { 'content-type': 'application/json', connection: 'close' });
  response.end(body);
}

/** The body of a request that was given up. */
export const timedOutBody = (): string => bodyOf(408, 'The request did not come to its end in time');

function bodyOf(status: number, message: string): string {
  return JSON.stringify(new RestError(status * 100, message).toBody());
}

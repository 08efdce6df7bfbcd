import { constants, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2';
import { timedOutBody } from './broken-request.ts';
import type { ConnectionLimits } from './connection-limits.ts';
import { hasLongBody } from './long-bodies.ts';

/**
 * How many requests of a connection are answered at a time. It is told to clients, as ksqlDB's server tells its 100: some,
 * such as httpx, send one request at a time to a server that tells none, and a push query is one that does not end.
 */
export const CONCURRENT_STREAMS_MAX = 1_000;

/**
 * Closes a session that has no stream for longer than the idle time: one that sent nothing but a preface, or never ends
 * the headers of its first request, is as idle as one between two requests. Node has no such limit for HTTP/2.
 */
export function limitSession(session: ServerHttp2Session, { idleTimeoutMs }: ConnectionLimits): void {
  let streams = 0;
  let timer: NodeJS.Timeout | undefined;
  const wait = (): void => {
    timer = setTimeout(() => session.destroy(), idleTimeoutMs);
  };
  wait();
  session.on('stream', (stream) => {
    clearTimeout(timer);
    streams += 1;
    stream.once('close', () => {
      streams -= 1;
      if (streams === 0 && !session.destroyed) wait();
    });
  });
  session.once('close', () => clearTimeout(timer));
}

/** Ends a stream whose request body does not come to its end. */
export function limitStream(stream: ServerHttp2Stream, { requestTimeoutMs }: ConnectionLimits): void {
  if (stream.readableEnded || stream.endAfterHeaders) return;
  const timer = setTimeout(() => {
    if (hasLongBody(stream)) return;
    if (stream.headersSent) return stream.close(constants.NGHTTP2_CANCEL);
    stream.respond({
      ':status': constants.HTTP_STATUS_REQUEST_TIMEOUT,
      'content-type': 'application/json',
    });
    stream.end(timedOutBody(), () => stream.close(constants.NGHTTP2_NO_ERROR));
  }, requestTimeoutMs);
  const stop = (): void => clearTimeout(timer);
  stream.once('end', stop);
  stream.once('close', stop);
}

import type { IncomingMessage } from 'node:http';

/** Sockets of HTTP/1.1 and streams of HTTP/2 whose request is read as long as it comes. */
const long = new WeakSet<object>();

/**
 * Lets the body of a request take any time: rows that are inserted as they arise come for hours. Called before the time of the
 * request is over, see {@link ConnectionLimits}.
 */
export function allowLongBody(request: IncomingMessage): void {
  long.add(carrierOf(request));
}

/** @param carrier the socket of an HTTP/1.1 request, or the stream of an HTTP/2 one. */
export function hasLongBody(carrier: object): boolean {
  return long.has(carrier);
}

/** Called when the request is over: the next one of its connection has a limit again. */
export function endLongBody(request: IncomingMessage): void {
  long.delete(carrierOf(request));
}

/** The compatibility API of HTTP/2 has its stream beside what HTTP/1 requests have. */
function carrierOf(request: IncomingMessage & { readonly stream?: object }): object {
  return request.stream ?? request.socket;
}

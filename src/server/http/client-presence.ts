import type { FastifyInstance } from 'fastify';
import { OperationalError } from '../../base/errors.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Aborted when the client has gone away, or the answer has been sent. */
    gone: AbortSignal;
  }
}

/** One for all: an exception of its own for each request, with the stack where it was made, takes more than its routing. */
const GONE = new OperationalError('CLIENT_GONE', 'the client has gone away, or has its answer', {
  retriable: false,
});

/**
 * Gives every request its `gone` signal. It must listen from the first moment of the request: a client that leaves while
 * its query is being planned is never heard of again.
 */
export function watchClients(app: FastifyInstance): void {
  app.decorateRequest('gone');
  app.addHook('onRequest', (request, reply, done) => {
    const left = new AbortController();
    const abort = (): void => left.abort(GONE);
    reply.raw.once('close', abort);
    reply.raw.once('error', abort);
    if (reply.raw.destroyed) abort();
    request.gone = left.signal;
    done();
  });
}

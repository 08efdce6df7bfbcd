import type { FastifyInstance } from 'fastify';
import { OperationalError } from '../../base/errors.ts';
import { LateAbort, type LateSignal } from '../../base/late-signal.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Aborted when the client has gone away without its answer. */
    gone: LateSignal;
  }
}

/** One for all: an exception of its own for each request, with the stack where it was made, takes more than its routing. */
const GONE = new OperationalError('CLIENT_GONE', 'the client has gone away', {
  retriable: false,
});

/**
 * Gives every request its `gone` signal. It must listen from the first moment of the request: a client that leaves while
 * its query is being planned is never heard of again.
 */
export function watchClients(app: FastifyInstance): void {
  app.decorateRequest('gone');
  app.addHook('onRequest', (request, reply, done) => {
    const left = new LateAbort();
    const abort = (): void => {
      // A stream of HTTP/2 that is cut off has finished as well, whether its answer had ended or not.
      if (!reply.raw.writableEnded || !reply.raw.writableFinished) left.abort(GONE);
    };
    reply.raw.once('close', abort);
    reply.raw.once('error', abort);
    if (reply.raw.destroyed) abort();
    request.gone = left;
    done();
  });
}

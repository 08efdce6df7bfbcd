import type { FastifyInstance } from 'fastify';

declare module 'fastify' {
  interface FastifyRequest {
    /** Aborted when the client has gone away, or the answer has been sent. */
    gone: AbortSignal;
  }
}

/**
 * Gives every request its `gone` signal. It must listen from the first moment of the request: a client that leaves while
 * its query is being planned is never heard of again.
 */
export function watchClients(app: FastifyInstance): void {
  app.decorateRequest('gone');
  app.addHook('onRequest', (request, reply, done) => {
    const left = new AbortController();
    reply.raw.once('close', () => left.abort());
    reply.raw.once('error', () => left.abort());
    if (reply.raw.destroyed) left.abort();
    request.gone = left.signal;
    done();
  });
}

import type { FastifyReply, FastifyRequest, RouteShorthandOptions } from 'fastify';
import { printJson, refusals } from '../../registry/index.ts';
import type { RegistryService } from './registry-service.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The body of a request to the schema registry, as it came. */
    bodyText?: string;
  }
}

/** Of requests that another server has sent on, as Confluent's registry names it. */
const FORWARDED = 'x-forward';

/** Options of a route that changes something: where another server leads the group, it is asked, and its answer is sent. */
export function writing(registry: RegistryService): RouteShorthandOptions {
  return {
    preHandler: (request, reply, done) => {
      if (registry.isLeader) done();
      else forward(registry, request, reply).then(() => (reply.sent ? undefined : done()), done);
    },
  };
}

async function forward(
  registry: RegistryService,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  const answer = await registry.forward((url) => {
    if (request.headers[FORWARDED] !== undefined) {
      throw refusals.unknownLeader('another server took this one for it');
    }
    const { authorization } = request.headers;
    return registry.exchange({
      method: request.method,
      url: `${url}${request.url}`,
      body: request.bodyText,
      headers: { [FORWARDED]: 'true', ...(authorization === undefined ? {} : { authorization }) },
    });
  });
  if (answer === undefined) return;
  const { status, json } = answer;
  await reply.code(status).send(json === undefined ? '' : printJson(json));
}

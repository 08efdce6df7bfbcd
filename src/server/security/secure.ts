import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { OperationalError } from '../../base/errors.ts';
import { RestError, RestErrorCode, toRestError } from '../rest/rest-error.ts';
import { endpointAccess } from './endpoint-access.ts';
import type { Principal } from './principal.ts';
import type { Security } from './security.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who sends it; undefined where nobody is asked. */
    principal: Principal | undefined;
  }
}

/**
 * Has every request say who sends it, and refuses what that one may not do, before anything of its body is read.
 * @param security absent: everybody may do everything.
 */
export function secure(app: FastifyInstance, security: Security | undefined): void {
  app.decorateRequest('principal');
  if (security === undefined) return;
  app.addHook('onRequest', (request, reply, done) => {
    const path = request.url.split('?', 1)[0] ?? '';
    if (security.isFree(path)) return done();
    const check = (principal: Principal | undefined): void => {
      try {
        admit(principal, { request, reply, security });
        done();
      } catch (error) {
        done(toRestError(error));
      }
    };
    const found = security.authenticator.find(request.headers.authorization);
    // Whoever is known already waits for no promise.
    if (!(found instanceof Promise)) return check(found);
    found.then(check, (error: unknown) => done(unavailable(error)));
  });
}

interface Admission {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly security: Security;
}

function admit(principal: Principal | undefined, { request, reply, security }: Admission): void {
  if (principal === undefined) {
    reply.header('www-authenticate', [...security.authenticator.challenges]);
    throw new RestError(RestErrorCode.UNAUTHORIZED, 'Unauthorized');
  }
  request.principal = principal;
  // What is nowhere is told as that.
  const route = request.routeOptions.url ?? '';
  security.require(principal, endpointAccess(request.method, route), `${request.method} ${route}`);
}

function unavailable(error: unknown): RestError {
  const code = error instanceof OperationalError ? RestErrorCode.NOT_READY : RestErrorCode.SERVER_ERROR;
  return new RestError(code, toRestError(error).message, { cause: error });
}

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { OperationalError } from '../../base/errors.ts';
import type { SubjectPlace } from '../../registry/index.ts';
import { RestError, RestErrorCode, toRestError } from '../rest/rest-error.ts';
import { endpointAccess } from './endpoint-access.ts';
import { evidenceOf, PEER, type Peers } from './peers.ts';
import type { Principal } from './principal.ts';
import type { Security } from './security.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who sends it; undefined where nobody is asked. */
    principal: Principal | undefined;
    /** It may ask for what the servers of the service ask each other. */
    isPeer: boolean;
  }
}

/**
 * Has every request say who sends it, and refuses what that one may not do, before anything of its body is read.
 * @param options.security absent: everybody may do everything.
 * @param options.isInternal see {@link Peers}.
 */
export function secure(
  app: FastifyInstance,
  {
    security,
    peers,
    isInternal,
  }: {
    readonly security: Security | undefined;
    /** Absent: it serves nothing that servers ask each other for. */
    readonly peers?: Peers;
    readonly isInternal?: boolean;
  },
): void {
  app.decorateRequest('principal');
  app.decorateRequest('isPeer', false);
  app.addHook<{ Params: SubjectPlace }>('onRequest', (request, reply, done) => {
    const standing = peers?.standingOf(evidenceOf(request, isInternal)) ?? 'client';
    request.isPeer = standing !== 'client';
    if (security === undefined) return done();
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
    if (standing === 'proved') return check(PEER);
    const found = security.authenticator.find(request.headers.authorization);
    // Whoever is known already waits for no promise.
    if (!(found instanceof Promise)) return check(found);
    found.then(check, (error: unknown) => done(unavailable(error)));
  });
}

interface Admission {
  readonly request: FastifyRequest<{ Params: SubjectPlace }>;
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
  const access = endpointAccess(request.method, route, request.params);
  security.require(principal, access, `${request.method} ${route}`);
}

function unavailable(error: unknown): RestError {
  const code = error instanceof OperationalError ? RestErrorCode.NOT_READY : RestErrorCode.SERVER_ERROR;
  return new RestError(code, toRestError(error).message, { cause: error });
}

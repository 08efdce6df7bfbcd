import type { FastifyInstance } from 'fastify';
import { RestError, RestErrorCode } from '../rest/rest-error.ts';
import { acceptedType } from '../rest/accept.ts';

/** Answered as JSON of one of these types, as in ksqlDB. */
const JSON_TYPES = ['application/vnd.ksql.v1+json', 'application/json'] as const;
const JSON_ROUTES: ReadonlySet<string> = new Set([
  '/info',
  '/healthcheck',
  '/ksql',
  '/ksql/terminate',
  '/query',
  '/status',
  '/status/:type/:entity/:action',
  '/clusterStatus',
  '/heartbeat',
  '/lag',
  '/v1/metadata',
  '/v1/metadata/id',
]);

/** Refuses requests whose clients do not take JSON where nothing else is sent. What has several forms chooses itself. */
export function refuseOtherTypes(app: FastifyInstance): void {
  app.addHook('onRequest', (request, _reply, done) => {
    const { accept } = request.headers;
    const isTaken =
      accept === undefined ||
      !JSON_ROUTES.has(request.routeOptions.url ?? '') ||
      acceptedType(accept, JSON_TYPES) !== undefined;
    if (isTaken) return done();
    done(new RestError(RestErrorCode.NOT_ACCEPTABLE, `No media type of ${accept} can be sent`));
  });
}

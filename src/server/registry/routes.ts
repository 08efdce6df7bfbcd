import type { IncomingMessage } from 'node:http';
import type { FastifyError, FastifyInstance, FastifyRequest } from 'fastify';
import { messageOf } from '../../base/errors.ts';
import { RegistryRefusal } from '../../registry/index.ts';
import { RestError } from '../rest/rest-error.ts';
import { answerType } from './media-types.ts';
import type { RegistryService } from './registry-service.ts';
import { bodyOf } from './request-values.ts';
import { addSchemaRoutes } from './schema-routes.ts';
import { addSettingsRoutes } from './settings-routes.ts';
import { addSubjectRoutes } from './subject-routes.ts';

/** What the registry's routes serve from. */
export interface RegistryServices {
  readonly registry: RegistryService;
  /** Reads the text of a request's body. */
  readonly readBody: (request: FastifyRequest, payload: IncomingMessage) => Promise<string>;
}

/** Adds Confluent's REST API of the schema registry, once as it is and once below `/contexts/:context`. */
export function addRegistryRoutes(app: FastifyInstance, services: RegistryServices): void {
  for (const prefix of ['', '/contexts/:context']) {
    app.register(
      (scope, _options, done) => {
        readAsRegistry(scope, services);
        answerAsRegistry(scope);
        addSubjectRoutes(scope, services);
        addSchemaRoutes(scope, services);
        addSettingsRoutes(scope, services);
        if (prefix === '') addContexts(scope, services);
        done();
      },
      { prefix },
    );
  }
}

/** Bodies are read by the registry's own JSON, which keeps the order of names and the digits of numbers. */
export function readAsRegistry(app: FastifyInstance, { readBody }: Pick<RegistryServices, 'readBody'>): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', async (request: FastifyRequest, payload: IncomingMessage) => {
    request.bodyText = await readBody(request, payload);
    return bodyOf(request.bodyText);
  });
}

/** The registry has types and errors of its own. */
function answerAsRegistry(app: FastifyInstance): void {
  app.addHook('onRequest', (request, reply, done) => {
    reply.type(answerType(request.headers.accept));
    done();
  });
  app.setErrorHandler((error: FastifyError, _request, reply) => {
    const code = error instanceof RegistryRefusal ? error.code : statusOf(error);
    const status = error instanceof RegistryRefusal ? error.status : code;
    return reply.code(status).send({ error_code: code, message: messageOf(error) });
  });
  // The router would name a charset, which JSON has none of.
  app.addHook('onSend', (_request, reply, payload, done) => {
    const type = String(reply.getHeader('content-type') ?? answerType(undefined));
    reply.header('content-type', type.replace(/;.*$/, ''));
    done(null, payload);
  });
}

/** The router's refusals have a status, those of the server under it a code that begins with one. */
function statusOf(error: FastifyError): number {
  if (error instanceof RestError) return error.status;
  const { statusCode } = error;
  return statusCode !== undefined && statusCode < 500 ? statusCode : 500;
}

function addContexts(app: FastifyInstance, { registry }: RegistryServices): void {
  app.get('/contexts', () => registry.read(({ state }) => [...new Set(['.', ...state.ids.contexts])].sort()));
}

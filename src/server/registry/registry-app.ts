import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { messageOf } from '../../base/errors.ts';
import { RegistryRefusal } from '../../registry/index.ts';
import type { BodyReader } from '../http/body-reader.ts';
import { answerType } from './media-types.ts';
import { addRegistryRoutes, type RegistryServices } from './routes.ts';

interface AppServices extends RegistryServices {
  readonly bodies: BodyReader;
  readonly info: () => { readonly version: string; readonly kafkaClusterId: string };
}

/** Makes an app the registry's own: what its port serves, and what it says of all else. */
export function addRegistryApp(app: FastifyInstance, services: AppServices): void {
  const { bodies, info } = services;
  bodies.addTo(app);
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', async (request: FastifyRequest, payload: IncomingMessage) => {
    const text = await bodies.read(request, payload);
    try {
      const body: unknown = text.trim() === '' ? undefined : JSON.parse(text);
      return body;
    } catch (error) {
      throw new RegistryRefusal(400, `The request body is not JSON: ${messageOf(error)}`);
    }
  });
  app.setNotFoundHandler((_request, reply) =>
    reply.code(404).type(answerType(undefined)).send({ error_code: 404, message: 'HTTP 404 Not Found' }),
  );
  app.get('/', () => ({}));
  // On the port of SQL this is what ksqlDB answers.
  app.get('/v1/metadata/id', () => ({
    scope: {
      path: [],
      clusters: { 'kafka-cluster': info().kafkaClusterId, 'schema-registry-cluster': 'schema-registry' },
    },
  }));
  app.get('/v1/metadata/version', () => ({ version: info().version, commitId: '' }));
  addRegistryRoutes(app, services);
}

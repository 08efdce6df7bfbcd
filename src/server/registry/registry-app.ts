import type { FastifyInstance } from 'fastify';
import type { BodyReader } from '../http/body-reader.ts';
import { secure } from '../security/secure.ts';
import type { Security } from '../security/security.ts';
import { answerType } from './media-types.ts';
import { addRegistryRoutes, readAsRegistry, type RegistryServices } from './routes.ts';

export interface AppServices extends Pick<RegistryServices, 'registry'> {
  readonly bodies: BodyReader;
  readonly security: Security | undefined;
  readonly info: () => { readonly version: string; readonly kafkaClusterId: string };
}

/** Makes an app the registry's own: what its port serves, and what it says of all else. */
export function addRegistryApp(app: FastifyInstance, services: AppServices): void {
  const { registry, bodies, info, security } = services;
  secure(app, { security });
  const readBody: RegistryServices['readBody'] = (request, payload) => bodies.read(request, payload);
  bodies.addTo(app);
  readAsRegistry(app, { readBody });
  app.setNotFoundHandler((_request, reply) =>
    reply.code(404).type(answerType(undefined)).send({ error_code: 404, message: 'HTTP 404 Not Found' }),
  );
  app.get('/', () => ({}));
  // On the port of SQL the first one is what ksqlDB answers.
  for (const prefix of ['', '/contexts/:context']) addMetadata(app, prefix, info);
  addRegistryRoutes(app, { registry, readBody });
}

function addMetadata(app: FastifyInstance, prefix: string, info: AppServices['info']): void {
  app.get(`${prefix}/v1/metadata/id`, () => ({
    scope: {
      path: [],
      clusters: { 'kafka-cluster': info().kafkaClusterId, 'schema-registry-cluster': 'schema-registry' },
    },
  }));
  app.get(`${prefix}/v1/metadata/version`, () => ({ version: info().version, commitId: '' }));
}

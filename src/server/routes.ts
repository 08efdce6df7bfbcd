import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Environment } from '../base/environment.ts';
import { messageOf } from '../base/errors.ts';
import type { SqlEngine } from '../sql/index.ts';
import { addClusterRoutes } from './cluster/cluster-routes.ts';
import type { EntityGathering } from './cluster/gathered-entities.ts';
import type { ServiceCluster } from './cluster/service-cluster.ts';
import { addInsertsStream } from './endpoints/inserts-stream.ts';
import { addQueryRoutes } from './endpoints/queries.ts';
import { addTerminate } from './endpoints/terminate.ts';
import { addWebSocketQuery } from './endpoints/ws-query.ts';
import { health, isServing, serverInfo } from './health.ts';
import type { BodyReader } from './http/body-reader.ts';
import { watchClients } from './http/client-presence.ts';
import { refuseOtherTypes } from './http/negotiated.ts';
import type { MetricsPage } from './metrics/metrics-page.ts';
import { MediaType } from './rest/answer-writers.ts';
import type { KafkaAbsence } from './commands/kafka-absence.ts';
import type { ServiceTermination } from './commands/service-termination.ts';
import type { QueryRunner } from './rest/query-runner.ts';
import { checkProperty, readStatementRequest, requireObject } from './rest/request-body.ts';
import { RestError, RestErrorCode, toRestError } from './rest/rest-error.ts';
import type { StatementExecutor } from './rest/statement-executor.ts';
import type { SchemaRegistryClient } from '../serde/index.ts';
import { addRegistryRoutes } from './registry/routes.ts';
import type { RegistryService } from './registry/registry-service.ts';
import { type Peers, refuseInternal } from './security/peers.ts';
import { secure } from './security/secure.ts';
import type { Security } from './security/security.ts';
import type { StartProgress } from './start-progress.ts';
import type { Stopping } from './stopping.ts';

/** What the routes serve from. */
export interface Services {
  readonly environment: Environment;
  readonly bootstrapServers: string;
  readonly engine: SqlEngine;
  readonly executor: StatementExecutor;
  readonly queries: QueryRunner;
  readonly cluster: ServiceCluster;
  readonly gathering: EntityGathering;
  readonly registry: RegistryService;
  readonly termination: ServiceTermination;
  /** Undefined where everybody may do everything. */
  readonly security: Security | undefined;
  /** Tells the other servers of the service from clients. */
  readonly peers: Peers;
  /** The registry that SQL asks: this one, or another. */
  readonly schemas: SchemaRegistryClient;
  readonly metrics: MetricsPage;
  readonly kafka: KafkaAbsence;
  readonly bodies: BodyReader;
  readonly progress: StartProgress;
  readonly stopping: Stopping;
  /** Whether the listener is the one for the servers of the service; undefined where they have none of their own. */
  readonly isInternal?: boolean;
  readonly info: () => {
    readonly version: string;
    /** Empty until the cluster has answered. */
    readonly kafkaClusterId: string;
    readonly ksqlServiceId: string;
  };
  /** Why the server cannot do its work, or undefined while it can. */
  readonly failure: () => string | undefined;
  /** How many recorded statements are not carried out. */
  readonly skippedCommands: () => number;
  /** Why the Kafka cluster is not there, or undefined while it answers. */
  readonly kafkaFailure: () => string | undefined;
  /** What keeps queries from going on though nothing has failed; undefined while nothing does. */
  readonly standstill: () => string | undefined;
}

/** When a client should ask again that came too early, in seconds, as ksqlDB says. */
const RETRY_AFTER_S = 10;
/** What endpoints are served by. */
const METHODS = ['GET', 'POST'] as const;

/** Adds the endpoints of ksqlDB's REST API, and `/metrics`. */
export function addRoutes(app: FastifyInstance, services: Services): void {
  watchClients(app);
  secure(app, services);
  refuseOtherTypes(app);
  services.bodies.addTo(app);
  const readBody = bodyTextReader(services);
  acceptAnyJson(app, readBody);
  app.setErrorHandler((error, request, reply) => {
    // The router's own refusals (a body that is no JSON, one that is too large) carry a status below 500.
    const status = (error as { readonly statusCode?: number }).statusCode;
    const isRefusal = !(error instanceof RestError) && status !== undefined && status < 500;
    const refusal = isRefusal
      ? new RestError(status * 100, messageOf(error))
      : toRestError(services.kafka.named(error));
    if (refusal.errorCode === RestErrorCode.NOT_READY) reply.header('retry-after', RETRY_AFTER_S);
    // HTTP/2 has no such header; its sessions are told when they end.
    const isLast = refusal.errorCode === RestErrorCode.SHUTTING_DOWN && request.raw.httpVersionMajor === 1;
    if (isLast) reply.header('connection', 'close');
    return reply.code(refusal.status).type(MediaType.JSON).send(refusal.toBody());
  });
  app.setNotFoundHandler((request, reply) => {
    const [url = ''] = request.url.split('?');
    const allowed = METHODS.filter((method) => app.hasRoute({ method, url }));
    if (allowed.length > 0) {
      const what = `${request.method} is not served at ${url}, but ${allowed.join(' and ')}`;
      const refusal = new RestError(RestErrorCode.METHOD_NOT_ALLOWED, what);
      return reply
        .code(refusal.status)
        .header('allow', allowed.join(', '))
        .type(MediaType.JSON)
        .send(refusal.toBody());
    }
    const refusal = new RestError(RestErrorCode.NOT_FOUND, `There is nothing at ${request.url}`);
    return reply.code(404).type(MediaType.JSON).send(refusal.toBody());
  });
  addStatusRoutes(app, services);
  addStatementRoutes(app, services);
  addQueryRoutes(app, services);
  addInsertsStream(app, services);
  addWebSocketQuery(app, services);
  addTerminate(app, services);
  addClusterRoutes(app, services);
  addRegistryRoutes(app, { ...services, readBody });
}

type BodyTextReader = (request: FastifyRequest, payload: IncomingMessage) => Promise<string>;

function bodyTextReader({ bodies, stopping }: Services): BodyTextReader {
  return (request, payload) => {
    refuseEncoding(request.headers['content-encoding']);
    return stopping.answer(() => bodies.read(request, payload), { records: false });
  };
}

/** ksqlDB's clients send JSON under several content types, or under none. */
function acceptAnyJson(app: FastifyInstance, readBody: BodyTextReader): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', async (request: FastifyRequest, payload: IncomingMessage) => {
    const text = await readBody(request, payload);
    try {
      return text.trim() === '' ? undefined : (JSON.parse(text) as unknown);
    } catch (error) {
      const message = `The request body is not JSON: ${messageOf(error)}`;
      throw new RestError(RestErrorCode.BAD_REQUEST, message, { cause: error });
    }
  });
}

/** Bytes that are not the text of the body would be told to be no JSON. */
function refuseEncoding(encoding: string | undefined): void {
  if (encoding === undefined || /^\s*(identity\s*)?$/i.test(encoding)) return;
  const message = `A request body in content-encoding ${encoding} is not accepted: send it as it is`;
  throw new RestError(RestErrorCode.UNSUPPORTED_MEDIA_TYPE, message);
}

function addStatusRoutes(app: FastifyInstance, services: Services): void {
  const { executor, info, metrics } = services;
  app.get('/', (_request, reply) => reply.redirect('/info', 307));
  app.get('/info', () => serverInfo(services));
  app.get('/healthcheck', (_request, reply) =>
    reply.code(isServing(services) ? 200 : 503).send(health(services)),
  );
  app.get('/status', () => ({
    commandStatuses: Object.fromEntries([...executor.statuses].map(([id, { status }]) => [id, status])),
  }));
  app.get<{ Params: { type: string; entity: string; action: string } }>(
    '/status/:type/:entity/:action',
    ({ params: { type, entity, action } }) => {
      const status = executor.statuses.get(`${type}/${entity}/${action}`);
      if (status === undefined) throw new RestError(RestErrorCode.NOT_FOUND, 'Command not found');
      return { ...status, queryId: status.queryId ?? null };
    },
  );
  app.get('/metrics', (_request, reply) =>
    reply.type(metrics.contentType).send(Readable.from(metrics.render(), { objectMode: false })),
  );
  const clusterId = () => {
    const { kafkaClusterId, ksqlServiceId } = info();
    const clusters = { 'kafka-cluster': kafkaClusterId, 'ksql-cluster': ksqlServiceId };
    return { scope: { path: [], clusters } };
  };
  app.get('/v1/metadata', () => ({ version: info().version, clusterId: clusterId() }));
  app.get('/v1/metadata/id', clusterId);
  app.get<{ Params: { name: string } }>('/is_valid_property/:name', ({ params: { name } }, reply) => {
    checkProperty(name);
    return reply.type(MediaType.JSON).send('true');
  });
  app.get('/chc/live', () => ({}));
  app.get('/chc/ready', (_request, reply) =>
    reply.code(services.stopping.begun.aborted ? 503 : 200).send({}),
  );
}

function addStatementRoutes(app: FastifyInstance, services: Services): void {
  const { executor, gathering, progress, queries, security, stopping } = services;
  app.post('/ksql', async (request, reply) => {
    const { body, principal } = request;
    const entities = await stopping.answer(
      async () => {
        progress.requireReady();
        const input = readStatementRequest(body, { sql: 'ksql', properties: 'streamsProperties' });
        refuseInternal(request, input.properties);
        await executor.caughtUpWith(input.commandSequenceNumber);
        const answered = await executor.execute(input.sql, input.session, (statements) => {
          if (principal !== undefined) security?.requireStatements(principal, statements);
        });
        return gathering.complete(answered, input.properties);
      },
      { records: true },
    );
    return reply.type(MediaType.JSON).send(entities);
  });
  app.post('/close-query', ({ body }, reply) => {
    const { queryId } = requireObject(body, 'the body');
    if (typeof queryId !== 'string')
      throw new RestError(RestErrorCode.BAD_REQUEST, 'Request body is missing "queryId"');
    if (!queries.close(queryId))
      throw new RestError(RestErrorCode.BAD_REQUEST, `No query with id ${queryId}`);
    return reply.code(200).send();
  });
}

import { Broker } from '../../../broker/index.ts';
import { nodeEnvironment } from '../../../src/base/io/node-environment.ts';
import { silentLogger } from '../../../src/base/logger.ts';
import { Admin } from '../../../src/client/index.ts';
import { httpExchange } from '../../../src/registry/index.ts';
import { serverConfig } from '../../../src/server/config/server-config.ts';
import { BodyReader } from '../../../src/server/http/body-reader.ts';
import { listen } from '../../../src/server/http/listen.ts';
import { addRegistryApp } from '../../../src/server/registry/registry-app.ts';
import { identityOf } from '../../../src/server/registry/registries.ts';
import { RegistryService } from '../../../src/server/registry/registry-service.ts';

/** A schema registry on a port of its own, over a cluster. */
export interface TestRegistry {
  readonly url: string;
  readonly service: RegistryService;
  close(): Promise<void>;
}

export async function startBroker(
  folder: string,
  config: Readonly<Record<string, string>> = {},
): Promise<Broker> {
  return Broker.start({
    environment: nodeEnvironment,
    config: { 'log.dirs': folder, listeners: 'PLAINTEXT://127.0.0.1:0', ...config },
  });
}

type GroupOptions = ConstructorParameters<typeof RegistryService>[0]['group'];

/**
 * @param options.group its sessions; in the group of all by default.
 * @param options.properties of the server.
 * @param options.isAdvertised whether it is in a group at all.
 * @param options.port a free one by default.
 */
export async function startRegistry(
  bootstrapServers: string,
  {
    group = {},
    properties = {},
    isAdvertised = false,
    port = 0,
  }: {
    readonly group?: Partial<GroupOptions>;
    readonly properties?: Readonly<Record<string, string>>;
    readonly isAdvertised?: boolean;
    readonly port?: number;
  } = {},
): Promise<TestRegistry> {
  const environment = nodeEnvironment;
  const admin = new Admin({ environment, bootstrapServers });
  const http = httpExchange({ timeoutMs: 30_000 });
  const settings = serverConfig(properties);
  const service = new RegistryService({
    environment,
    bootstrapServers,
    admin,
    topic: '_schemas',
    timeoutMs: 30_000,
    compatibilityLevel: 'BACKWARD',
    logger: silentLogger,
    exchange: http.exchange,
    group: { groupId: 'schema-registry', ...group },
  });
  const bodies = new BodyReader({ bytesMax: 1_000_000, totalBytesMax: 10_000_000 });
  const info = () => ({ version: '1', kafkaClusterId: 'cluster' });
  const { front, url } = await listen(
    { host: '127.0.0.1', port },
    {
      settings,
      tls: undefined,
      addTo: (app) => addRegistryApp(app, { registry: service, security: undefined, bodies, info }),
    },
  );
  if (isAdvertised) service.advertise(identityOf(settings, url));
  return {
    url,
    service,
    close: async () => {
      await front.close();
      await service.close();
      http.close();
      await admin.close();
    },
  };
}

export interface Answer {
  readonly status: number;
  readonly type: string | null;
  readonly text: string;
  readonly body: unknown;
}

/** Sends `METHOD path`, with a body as JSON. */
export async function ask(
  url: string,
  request: string,
  body?: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const [method = 'GET', path = '/'] = request.split(' ');
  const response = await fetch(`${url}${path}`, {
    method,
    headers: {
      ...(body === undefined ? {} : { 'content-type': 'application/vnd.schemaregistry.v1+json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  const json: unknown = text === '' ? undefined : JSON.parse(text);
  return { status: response.status, type: response.headers.get('content-type'), text, body: json };
}

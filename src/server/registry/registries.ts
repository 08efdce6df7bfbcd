import { hostname as machineName } from 'node:os';
import { compatibilityLevel, httpExchange, RegistryClient } from '../../registry/index.ts';
import type { SchemaRegistryClient } from '../../serde/index.ts';
import { withRegistryErrors } from '../../streams/registry-answers.ts';
import type { ServerConfig } from '../config/server-properties.ts';
import { EmbeddedRegistryClient } from './embedded-client.ts';
import type { RegistryIdentity } from './leader/identity.ts';
import { outsideAccess } from './outside-access.ts';
import { RegistryService } from './registry-service.ts';

type ServiceOptions = ConstructorParameters<typeof RegistryService>[0];

/** The registry of a server, and the one that its SQL asks: the same, or that of `ksql.schema.registry.url`. */
export function registriesOf(
  settings: ServerConfig,
  parts: Pick<ServiceOptions, 'environment' | 'bootstrapServers' | 'admin' | 'logger'>,
): {
  readonly own: RegistryService;
  readonly client: SchemaRegistryClient;
  readonly close: () => Promise<void>;
} {
  const timeoutMs = settings.get('kafkastore.timeout.ms');
  const { timers, disk } = parts.environment;
  const access = outsideAccess(settings, disk);
  // Other servers of the group are asked as clients ask them, with what their clients have sent of credentials.
  const among = httpExchange({ timeoutMs, tls: access.tls });
  const own = new RegistryService({
    ...parts,
    topic: settings.get('kafkastore.topic'),
    timeoutMs,
    compatibilityLevel: compatibilityLevel(settings.get('schema.compatibility.level')) ?? 'BACKWARD',
    exchange: among.exchange,
    group: { groupId: settings.get('schema.registry.group.id') },
  });
  const close = async (): Promise<void> => {
    await own.close();
    among.close();
  };
  const urls = (settings.find('ksql.schema.registry.url') ?? '')
    .split(',')
    .map((url) => url.trim())
    .filter((url) => url !== '');
  if (urls.length === 0)
    return { own, client: withRegistryErrors(new EmbeddedRegistryClient(own, timers)), close };
  const http = httpExchange({ timeoutMs, ...access });
  const client = new RegistryClient({ exchange: http.exchange, urls, timers });
  return {
    own,
    client: withRegistryErrors(client),
    close: () => {
      http.close();
      return close();
    },
  };
}

/** Where other registries of the group find the one that listens at a URL. */
export function identityOf(settings: ServerConfig, listening: string): RegistryIdentity {
  const { hostname, port, protocol } = new URL(listening);
  const host = hostname.replace(/^\[|\]$/g, '');
  const isAll = host === '0.0.0.0' || host === '::';
  return {
    host: settings.find('host.name') ?? (isAll ? machineName() : host),
    port: Number(port),
    scheme: (settings.find('inter.instance.protocol') ?? protocol).startsWith('https') ? 'https' : 'http',
    isEligible: settings.get('leader.eligibility'),
  };
}

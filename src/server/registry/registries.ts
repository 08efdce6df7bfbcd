import { compatibilityLevel, httpExchange, RegistryClient } from '../../registry/index.ts';
import type { SchemaRegistryClient } from '../../serde/index.ts';
import type { ServerConfig } from '../config/server-properties.ts';
import { EmbeddedRegistryClient, refusingAsSql } from './embedded-client.ts';
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
  const own = new RegistryService({
    ...parts,
    topic: settings.get('kafkastore.topic'),
    timeoutMs,
    compatibilityLevel: compatibilityLevel(settings.get('schema.compatibility.level')) ?? 'BACKWARD',
  });
  const urls = (settings.find('ksql.schema.registry.url') ?? '')
    .split(',')
    .map((url) => url.trim())
    .filter((url) => url !== '');
  if (urls.length === 0) {
    return { own, client: refusingAsSql(new EmbeddedRegistryClient(own)), close: () => own.close() };
  }
  const http = httpExchange({ timeoutMs });
  const { timers } = parts.environment;
  const client = new RegistryClient({ exchange: http.exchange, urls, timers });
  return {
    own,
    client: refusingAsSql(client),
    close: () => {
      http.close();
      return own.close();
    },
  };
}

/** Options with every default filled in and every value checked: what the clients work with. */
import type { Address } from '../../base/environment.ts';
import { DiagnosticError } from '../../base/errors.ts';
import { nodeEnvironment } from '../../base/io/node-environment.ts';
import { nearestName } from '../../base/nearest-name.ts';
import type {
  AdminOptions,
  AutoOffsetReset,
  ClientOptions,
  ConsumerOptions,
  ProducerOptions,
} from '../types.ts';
import { adminConfig } from './admin-config.ts';
import { consumerConfig } from './consumer-config.ts';
import { checkConfigValue, type ConfigDefinitions } from './definition.ts';
import { producerConfig } from './producer-config.ts';

type Settled<O, Optional extends keyof O = never> = Required<Omit<O, 'bootstrapServers' | Optional>> &
  Pick<O, Optional> & { readonly bootstrapServers: readonly Address[] };

export type ClientSettings = Settled<ClientOptions>;
export type ProducerSettings = Settled<ProducerOptions, 'partitioner'>;
export type ConsumerSettings = Settled<ConsumerOptions, 'groupId' | 'autoOffsetResetOf'>;
export type AdminSettings = Settled<AdminOptions>;

const IN_FLIGHT_IDEMPOTENT_MAX = 5;

export function producerSettings(options: ProducerOptions): ProducerSettings {
  // As in Kafka, idempotence is given up silently when it was not asked for by name but the other settings forbid it.
  const allows = (options.acks ?? 'all') === 'all' && (options.inFlightMax ?? 5) <= IN_FLIGHT_IDEMPOTENT_MAX;
  const idempotent = options.idempotent ?? (allows && (options.retriesMax ?? 1) > 0);
  if (idempotent && !allows) {
    throw new DiagnosticError({
      message: 'an idempotent producer needs acks=all and at most 5 requests in flight',
      hint: 'leave out acks and max.in.flight.requests.per.connection, or set enable.idempotence=false',
    });
  }
  return settle<ProducerSettings>(producerConfig, { ...options, idempotent }, ['partitioner']);
}

export function consumerSettings(options: ConsumerOptions): ConsumerSettings {
  const settings = settle<ConsumerSettings>(consumerConfig, options, ['autoOffsetResetOf']);
  if (settings.heartbeatIntervalMs >= settings.sessionTimeoutMs) {
    throw new DiagnosticError({ message: 'heartbeat.interval.ms must be less than session.timeout.ms' });
  }
  return settings;
}

/** Where a topic is read from when there is no offset for it, or one that its log does not have. */
export function resetPolicyOf(settings: ConsumerSettings, topic: string): AutoOffsetReset {
  return settings.autoOffsetResetOf?.(topic) ?? settings.autoOffsetReset;
}

export function adminSettings(options: AdminOptions): AdminSettings {
  return settle<AdminSettings>(adminConfig, options, []);
}

function settle<S>(definitions: ConfigDefinitions, options: object, others: readonly string[]): S {
  const given = new Map<string, unknown>(Object.entries(options));
  const settings: Record<string, unknown> = { environment: nodeEnvironment };
  for (const [option, definition] of Object.entries(definitions)) {
    const value = given.get(option) ?? definition.defaultValue;
    if (value !== undefined) checkConfigValue(definition, value);
    if (value !== undefined || definition.name === 'bootstrap.servers') settings[option] = value;
    given.delete(option);
  }
  for (const option of ['environment', ...others]) {
    if (given.get(option) !== undefined) settings[option] = given.get(option);
    given.delete(option);
  }
  for (const option of given.keys()) {
    const suggestion = nearestName(option, Object.keys(definitions));
    throw new DiagnosticError({
      message: `unknown option ${option}`,
      ...(suggestion === undefined ? {} : { suggestion, hint: `did you mean ${suggestion}?` }),
    });
  }
  settings['bootstrapServers'] = parseAddresses(settings['bootstrapServers'] as string | readonly string[]);
  return settings as S;
}

/** Reads `host:port`, `[v6]:port`, or several of them. The port may be left out and is then 9092. */
export function parseAddresses(servers: string | readonly string[] | undefined): readonly Address[] {
  const list = typeof servers === 'string' ? servers.split(',') : (servers ?? []);
  const addresses = list.map((item) => item.trim()).filter((item) => item !== '');
  if (addresses.length === 0) {
    throw new DiagnosticError({
      message: 'bootstrap.servers is empty',
      hint: 'name at least one broker, for example localhost:9092',
    });
  }
  return addresses.map(parseAddress);
}

const KAFKA_PORT = 9092;

function parseAddress(text: string): Address {
  const match = /^(?:[A-Z_]+:\/\/)?(?:\[([^\]]+)\]|([^:\s/]+))(?::(\d{1,5}))?$/.exec(text);
  const port = match?.[3] === undefined ? KAFKA_PORT : Number(match[3]);
  const host = match?.[1] ?? match?.[2];
  if (host === undefined || port < 1 || port > 65_535) {
    throw new DiagnosticError({
      message: `invalid address ${JSON.stringify(text)} in bootstrap.servers`,
      hint: 'write host:port, for example localhost:9092',
    });
  }
  return { host, port };
}

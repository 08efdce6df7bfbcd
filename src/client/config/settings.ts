/** Options with every default filled in and every value checked: what the clients work with. */
import type { OptionKeys } from '../../base/config/config-key.ts';
import { withDefaults } from '../../base/config/options.ts';
import type { Address, Environment } from '../../base/environment.ts';
import {
  callback,
  type Check,
  nonEmptyText,
  objectOf,
  oneOf,
  optional,
  refuseUnknown,
  withMethods,
  wrongArgument,
  isObject,
} from '../../base/argument-checks.ts';
import { ArgumentError, DiagnosticError } from '../../base/errors.ts';
import { nodeEnvironment } from '../../base/io/node-environment.ts';
import type {
  AdminOptions,
  AutoOffsetReset,
  ClientOptions,
  ConsumerOptions,
  ProducerOptions,
} from '../types.ts';
import { adminConfig } from './admin-config.ts';
import { consumerConfig } from './consumer-config.ts';
import { producerConfig } from './producer-config.ts';

type Settled<O, Optional extends keyof O = never> = Required<Omit<O, 'bootstrapServers' | Optional>> &
  Pick<O, Optional> & { readonly bootstrapServers: readonly Address[] };

export type ClientSettings = Settled<ClientOptions>;
export type ProducerSettings = Settled<ProducerOptions, 'partitioner' | 'mayCreateTopic'>;
export type ConsumerSettings = Settled<Omit<ConsumerOptions, 'groupId'>, 'autoOffsetResetOf'> & {
  readonly groupId: string | null;
};
export type AdminSettings = Settled<AdminOptions>;

const IN_FLIGHT_IDEMPOTENT_MAX = 5;

/** @param argument what the options are called where they are wrong. */
export function producerSettings(options: ProducerOptions, argument = 'options'): ProducerSettings {
  const others = ['partitioner', 'mayCreateTopic'] as const;
  const settings = settle<ProducerSettings>(producerConfig, options, { argument, others });
  const allows = settings.acks === 'all' && settings.inFlightMax <= IN_FLIGHT_IDEMPOTENT_MAX;
  // As in Kafka, idempotence is given up silently when it was not asked for by name but the other settings forbid it.
  const isTransactional = settings.transactionalId !== null;
  if (isTransactional) nonEmptyText(settings.transactionalId, 'transactionalId');
  const idempotent = options.idempotent ?? (isTransactional || (allows && settings.retriesMax > 0));
  if (idempotent && !allows) {
    const good = [
      settings.acks === 'all' ? [] : 'acks=all',
      settings.inFlightMax <= IN_FLIGHT_IDEMPOTENT_MAX
        ? []
        : `max.in.flight.requests.per.connection=${IN_FLIGHT_IDEMPOTENT_MAX}`,
    ].flat();
    throw new DiagnosticError({
      message: `an idempotent producer needs acks=all and at most ${IN_FLIGHT_IDEMPOTENT_MAX} requests in flight`,
      hint: `set ${good.join(' and ')}${isTransactional ? '' : ', or enable.idempotence=false'}`,
    });
  }
  if (isTransactional && !idempotent) {
    throw new DiagnosticError({
      message: 'a transactional producer is idempotent',
      hint: 'leave out enable.idempotence, or transactional.id',
    });
  }
  return { ...settings, idempotent };
}

/** @param argument what the options are called where they are wrong. */
export function consumerSettings(options: ConsumerOptions, argument = 'options'): ConsumerSettings {
  const others = ['autoOffsetResetOf'] as const;
  const settings = settle<ConsumerSettings>(consumerConfig, options, { argument, others });
  if (settings.heartbeatIntervalMs >= settings.sessionTimeoutMs) {
    throw new DiagnosticError({ message: 'heartbeat.interval.ms must be less than session.timeout.ms' });
  }
  return settings;
}

/** Where a topic is read from when there is no offset for it, or one that its log does not have. */
export function resetPolicyOf(settings: ConsumerSettings, topic: string): AutoOffsetReset {
  const own = settings.autoOffsetResetOf?.(topic);
  checkPolicy(own, `autoOffsetResetOf(${topic})`);
  return own ?? settings.autoOffsetReset;
}

export function adminSettings(options: AdminOptions): AdminSettings {
  return settle<AdminSettings>(adminConfig, options);
}

const checkEnvironment: Check = objectOf<Environment>({
  clock: withMethods('nowMs', 'monotonicMs'),
  timers: withMethods('after', 'every', 'defer', 'sleep'),
  random: withMethods('float', 'int', 'bytes'),
  network: withMethods('connect', 'listen'),
  disk: withMethods(),
  watchLoop: optional(callback),
  workers: optional(withMethods('run')),
  newWorkers: optional(callback),
});

const checkPolicy = optional(oneOf('earliest', 'latest', 'none'));

/** Options that no definition describes: what has no form in a properties file. */
const otherChecks = {
  partitioner: withMethods('partition'),
  autoOffsetResetOf: callback,
  mayCreateTopic: callback,
} as const;

function settle<S>(
  keys: OptionKeys,
  options: object,
  {
    argument = 'options',
    others = [],
  }: { readonly argument?: string; readonly others?: readonly (keyof typeof otherChecks)[] } = {},
): S {
  if (!isObject(options)) throw wrongArgument(argument, options, 'an object');
  refuseUnknown(options, { known: [...Object.keys(keys), 'environment', ...others], argument });
  const given: Readonly<Record<string, unknown>> = { ...options };
  const environment = given['environment'] ?? nodeEnvironment;
  checkEnvironment(environment, 'environment');
  const settings: Record<string, unknown> = { environment, ...withDefaults(keys, given) };
  for (const option of others) {
    const value = given[option] ?? undefined;
    if (value === undefined) continue;
    otherChecks[option](value, option);
    settings[option] = value;
  }
  settings['bootstrapServers'] = parseAddresses(settings['bootstrapServers'] as readonly string[] | null);
  return settings as S;
}

/** Reads `host:port`, `[v6]:port`, or several of them. The port may be left out and is then 9092. */
export function parseAddresses(servers: string | readonly string[] | null): readonly Address[] {
  if (servers !== null && typeof servers !== 'string' && !Array.isArray(servers)) {
    throw wrongArgument('bootstrapServers', servers, 'host:port, or a list of them');
  }
  const list = typeof servers === 'string' ? servers.split(',') : (servers ?? []);
  for (const item of list) {
    if (typeof item !== 'string')
      throw wrongArgument('bootstrapServers', item, 'host:port, or a list of them');
  }
  const addresses = list.map((item) => item.trim()).filter((item) => item !== '');
  if (addresses.length === 0) {
    throw new ArgumentError('bootstrapServers', {
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
    throw new ArgumentError('bootstrapServers', {
      message: `invalid address ${JSON.stringify(text)} in bootstrap.servers`,
      hint: 'write host:port, for example localhost:9092',
    });
  }
  return { host, port };
}

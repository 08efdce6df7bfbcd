import type { ConfigKey, ConfigType } from '../../src/base/config/config-key.ts';
import type { ConfigPlace } from '../../src/base/config/config-source.ts';
import { configText } from '../../src/base/config/config-text.ts';
import { ErrorCode } from '../../src/protocol/error-codes.ts';
import type { RequestOf, ResponseInput } from '../../src/protocol/message.ts';
import { describeConfigs } from '../../src/protocol/messages/32-describe-configs.ts';
import { type BrokerPropertyName, brokerProperties } from '../config/broker-properties.ts';
import { brokerConfigPlaces, type ConfigContext, topicConfigPlaces } from '../config/config-places.ts';
import { CONFIG_SOURCE_IDS, configSourceId } from '../config/config-source-ids.ts';
import { isReadOnly } from '../config/dynamic-configs.ts';
import { checkTopicName } from '../controller/topic-name.ts';
import { ConfigResourceType } from '../metadata/metadata-image.ts';
import { topicConfigs } from '../config/topic-configs.ts';
import type { RequestHandler } from '../server/request-handler.ts';
import type { BrokerServices } from './broker-services.ts';
import { mapInSlices } from './map-in-slices.ts';

type Request = RequestOf<typeof describeConfigs>;
type Resource = Request['resources'][number];
type Result = NonNullable<ResponseInput<typeof describeConfigs>['results']>[number];
type Config = NonNullable<Result['configs']>[number];

type Named = readonly [name: string, key: ConfigKey];

/** Kafka's `ConfigType` of DescribeConfigs v3+. */
const CONFIG_TYPES = {
  boolean: 1,
  string: 2,
  int: 3,
  short: 4,
  long: 5,
  double: 6,
  list: 7,
} satisfies Record<ConfigType, number>;

/**
 * DescribeConfigs (key 32, v1-4): settings of topics and of this broker, each with its value, where that comes from,
 * and all places that could give it one (synonyms). v3+ also tells type and documentation. As in Kafka a value is told
 * as it was read (`configText`), and as it was written where a broker's synonyms, or the defaults of all brokers, are listed.
 *
 * Resource types TOPIC and BROKER; the name '' of BROKER is the default of all brokers. BROKER_LOGGER, CLIENT_METRICS
 * and GROUP have no settings here.
 */
export function describeConfigsHandler(services: BrokerServices): RequestHandler<typeof describeConfigs> {
  return {
    api: describeConfigs,
    inTurn: true,
    async answer(request) {
      const { image, config, nodeId } = services;
      const context = { image, config, nodeId };
      const one = (resource: Resource): Result => describe(resource, request, context);
      return { results: await mapInSlices(request.resources, services.environment, one) };
    },
    failure: (request, errorCode) => ({
      results: request.resources.map((resource) => failed(resource, errorCode, null)),
    }),
  };
}

function failed(resource: Resource, errorCode: number, errorMessage: string | null): Result {
  const { resourceType, resourceName } = resource;
  return { errorCode, errorMessage, resourceType, resourceName, configs: [] };
}

function describe(resource: Resource, request: Request, context: ConfigContext): Result {
  const { resourceType, resourceName, configurationKeys } = resource;
  // No keys are all keys, as null is.
  const wanted =
    configurationKeys === null || configurationKeys.length === 0 ? null : new Set(configurationKeys);
  const configs = (all: readonly Named[], one: (named: Named) => Config): Result => ({
    errorCode: ErrorCode.NONE,
    errorMessage: '',
    resourceType,
    resourceName,
    configs: all.filter(([name]) => wanted?.has(name) ?? true).map(one),
  });
  switch (resourceType) {
    case ConfigResourceType.TOPIC: {
      const problem = checkTopicName(resourceName);
      if (problem !== undefined) return failed(resource, ErrorCode.INVALID_TOPIC_EXCEPTION, problem);
      if (!context.image.topicsByName.has(resourceName)) {
        return failed(resource, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, '');
      }
      return configs(Object.entries(topicConfigs), ([name, key]) => {
        const places = topicConfigPlaces(name, resourceName, context).map((place) =>
          place.source === 'topic' ? asRead(key, place) : place,
        );
        return shown({ name, key, places, readOnly: false }, request);
      });
    }
    case ConfigResourceType.BROKER:
      if (resourceName !== '' && resourceName !== String(context.nodeId)) {
        const message = /^-?\d+$/.test(resourceName)
          ? `Unexpected broker id, expected ${context.nodeId} or empty string, but received ${resourceName}`
          : `Broker id must be an integer, but it is: ${resourceName}`;
        return failed(resource, ErrorCode.INVALID_REQUEST, message);
      }
      return configs(brokerConfigs(resourceName, context), ([name, key]) => {
        const all = brokerConfigPlaces(name as BrokerPropertyName, context);
        const places = resourceName === '' ? all.filter(isClusterWide) : all;
        const config = shown({ name, key, places, readOnly: isReadOnly(name) }, request);
        return resourceName === '' ? config : asRead(key, config);
      });
    default:
      return failed(
        resource,
        ErrorCode.INVALID_REQUEST,
        `resource type ${resourceType} has no configuration here`,
      );
  }
}

/** With a value as it was read. */
function asRead<T extends { readonly value?: string | null }>(key: ConfigKey, valued: T): T {
  const { value } = valued;
  return value === null || value === undefined ? valued : { ...valued, value: configText(key, value) };
}

/** The cluster-wide default shows only what is set there. */
function brokerConfigs(resourceName: string, context: ConfigContext): readonly Named[] {
  const all: readonly Named[] = Object.entries(brokerProperties);
  if (resourceName !== '') return all;
  return all.filter(([name]) => brokerConfigPlaces(name as BrokerPropertyName, context).some(isClusterWide));
}

function isClusterWide({ source }: ConfigPlace): boolean {
  return source === 'cluster';
}

/** A topic's default that no property of the broker has: there is none, or one with a default in a coarser unit. */
function isDefaultOfAnother({ name, source }: ConfigPlace): boolean {
  const definition = Object.hasOwn(brokerProperties, name)
    ? brokerProperties[name as BrokerPropertyName]
    : undefined;
  return source === 'default' && (definition === undefined || definition.default === null);
}

function shown(
  {
    name,
    key,
    places,
    readOnly,
  }: {
    readonly name: string;
    readonly key: ConfigKey;
    readonly places: readonly ConfigPlace[];
    readonly readOnly: boolean;
  },
  request: Request,
): Config {
  const isSensitive = key.sensitive === true;
  const hidden = (value: string | null): string | null => (isSensitive ? null : value);
  const [first] = places;
  return {
    name,
    value: hidden(first?.value ?? null),
    readOnly,
    configSource: first === undefined ? CONFIG_SOURCE_IDS.default : configSourceId(first.source),
    isSensitive,
    synonyms: request.includeSynonyms
      ? places
          .filter((place) => place.value !== null && !isDefaultOfAnother(place))
          .map(({ name: synonym, value, source }) => ({
            name: synonym,
            value: hidden(value),
            source: configSourceId(source),
          }))
      : [],
    configType: CONFIG_TYPES[key.type],
    documentation: request.includeDocumentation ? key.doc : null,
  };
}

import type { Property, PropertyType } from '../../src/base/config-property.ts';
import { ErrorCode } from '../../src/protocol/error-codes.ts';
import type { RequestOf, ResponseInput } from '../../src/protocol/message.ts';
import { describeConfigs } from '../../src/protocol/messages/32-describe-configs.ts';
import { type BrokerPropertyName, brokerProperties } from '../config/broker-properties.ts';
import {
  brokerConfigSynonyms,
  type ConfigContext,
  ConfigSource,
  type ConfigSynonym,
  topicConfigSynonyms,
} from '../config/config-values.ts';
import { isReadOnly } from '../config/dynamic-configs.ts';
import { checkTopicName } from '../controller/topic-name.ts';
import { ConfigResourceType } from '../metadata/metadata-image.ts';
import { topicConfigs } from '../metadata/topic-configs.ts';
import type { RequestHandler } from '../server/request-handler.ts';
import type { BrokerServices } from './broker-services.ts';

type Request = RequestOf<typeof describeConfigs>;
type Resource = Request['resources'][number];
type Result = NonNullable<ResponseInput<typeof describeConfigs>['results']>[number];
type Config = NonNullable<Result['configs']>[number];

type Named = readonly [name: string, property: Property];

/** Kafka's `ConfigType` of DescribeConfigs v3+. */
const CONFIG_TYPES = {
  boolean: 1,
  string: 2,
  int: 3,
  short: 4,
  long: 5,
  double: 6,
  list: 7,
} satisfies Record<PropertyType, number>;

/**
 * DescribeConfigs (key 32, v1-4): settings of topics and of this broker, each with its value, where that comes from,
 * and all places that could give it one (synonyms). v3+ also tells type and documentation.
 *
 * Resource types TOPIC and BROKER; the name '' of BROKER is the default of all brokers. BROKER_LOGGER, CLIENT_METRICS
 * and GROUP have no settings here.
 */
export function describeConfigsHandler(services: BrokerServices): RequestHandler<typeof describeConfigs> {
  return {
    api: describeConfigs,
    inTurn: true,
    answer(request) {
      const { image, config, nodeId } = services;
      const context = { image, config, nodeId };
      return { results: request.resources.map((resource) => describe(resource, request, context)) };
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
      return configs(Object.entries(topicConfigs), ([name, property]) => {
        const synonyms = topicConfigSynonyms(name, resourceName, context);
        return shown(name, property, synonyms, request, false);
      });
    }
    case ConfigResourceType.BROKER:
      if (resourceName !== '' && resourceName !== String(context.nodeId)) {
        const message = /^-?\d+$/.test(resourceName)
          ? `Unexpected broker id, expected ${context.nodeId} or empty string, but received ${resourceName}`
          : `Broker id must be an integer, but it is: ${resourceName}`;
        return failed(resource, ErrorCode.INVALID_REQUEST, message);
      }
      return configs(brokerConfigs(resourceName, context), ([name, property]) => {
        const all = brokerConfigSynonyms(name as BrokerPropertyName, context);
        const synonyms = resourceName === '' ? all.filter(isClusterWide) : all;
        return shown(name, property, synonyms, request, isReadOnly(name));
      });
    default:
      return failed(
        resource,
        ErrorCode.INVALID_REQUEST,
        `resource type ${resourceType} has no configuration here`,
      );
  }
}

/** The cluster-wide default shows only what is set there. */
function brokerConfigs(resourceName: string, context: ConfigContext): readonly Named[] {
  const all: readonly Named[] = Object.entries(brokerProperties);
  if (resourceName !== '') return all;
  return all.filter(([name]) =>
    brokerConfigSynonyms(name as BrokerPropertyName, context).some(isClusterWide),
  );
}

function isClusterWide({ source }: ConfigSynonym): boolean {
  return source === ConfigSource.DYNAMIC_DEFAULT_BROKER;
}

/** A topic's default that no property of the broker has: there is none, or one with a default in a coarser unit. */
function isDefaultOfAnother({ name, source }: ConfigSynonym): boolean {
  const definition = Object.hasOwn(brokerProperties, name)
    ? brokerProperties[name as BrokerPropertyName]
    : undefined;
  return source === ConfigSource.DEFAULT && (definition === undefined || definition.default === null);
}

function shown(
  name: string,
  property: Property,
  synonyms: readonly ConfigSynonym[],
  request: Request,
  readOnly: boolean,
): Config {
  const isSensitive = property.sensitive === true;
  const hidden = (value: string | null): string | null => (isSensitive ? null : value);
  const [first] = synonyms;
  return {
    name,
    value: hidden(first?.value ?? null),
    readOnly,
    configSource: first?.source ?? ConfigSource.DEFAULT,
    isSensitive,
    synonyms: request.includeSynonyms
      ? synonyms
          .filter((synonym) => synonym.value !== null && !isDefaultOfAnother(synonym))
          .map((synonym) => ({ ...synonym, value: hidden(synonym.value) }))
      : [],
    configType: CONFIG_TYPES[property.type],
    documentation: request.includeDocumentation ? property.doc : null,
  };
}

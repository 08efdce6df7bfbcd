/** What becomes of the properties of Kafka Streams that no option stands for: refused, or warned of, never passed over. */
import type { Properties } from '../../base/config/options.ts';
import { processWarning } from '../../base/io/process-warning.ts';
import type { Logger } from '../../base/logger.ts';
import { nearestName } from '../../base/nearest-name.ts';
import {
  type OptionsOfProperties,
  optionsOfProperties,
  streamsProperty,
  streamsPropertyNames,
} from './streams-properties.ts';

/** Required options of every application, which are given in code. */
const GIVEN_IN_CODE = ['application.id', 'bootstrap.servers'];
const HANDLERS = 'handlers are functions here: give onFailure';
const SERDES = 'serdes are objects here: give keySerde and valueSerde where a topic is read or written';

/** Properties that have another place here, or none, by what is said of them. */
const WITHOUT_OPTION: Readonly<Record<string, string>> = {
  'client.id': 'give clientId to the application',
  'state.dir': 'give stateDir to the application, or to its host',
  'num.stream.threads':
    'a StreamsApp has one loop: threadedStreamsOptionsFrom reads it for a ThreadedStreamsApp',
  'group.instance.id': 'give consumer.groupInstanceId to the application',
  'default.key.serde': SERDES,
  'default.value.serde': SERDES,
  'default.timestamp.extractor': 'give timestampExtractor where a topic is read',
  'deserialization.exception.handler': HANDLERS,
  'default.deserialization.exception.handler': HANDLERS,
  'processing.exception.handler': HANDLERS,
  'production.exception.handler': HANDLERS,
  'default.production.exception.handler': HANDLERS,
  'rocksdb.config.setter': 'give blockCacheBytes',
};
/** Values with which Kafka Streams does what is done here. */
const SAME_HERE: Readonly<Record<string, string>> = {
  'num.stream.threads': '1',
};

/**
 * Returns the options that the properties of a Kafka Streams application stand for, without `application.id` and
 * `bootstrap.servers`, which the application is given beside them. What is set for one client counts more than what is set for
 * all, and a new name more than an old one, in whichever order they are given. A property that has no effect here, or that is
 * none, is warned of, with the nearest name that there is.
 *
 * @param options - `logger`: told of the warnings; without it they are warnings of the process, on standard error
 * @throws {ArgumentError} for a value that is not allowed, such as a `processing.guarantee` of `exactly_once`, which Kafka Streams has no more
 * @example
 * const app = new StreamsApp({
 *   applicationId: 'word-count',
 *   bootstrapServers: 'localhost:9092',
 *   topology: builder,
 *   ...streamsOptionsFrom({ 'commit.interval.ms': 1000, 'consumer.max.poll.records': 100 }),
 * });
 */
export function streamsOptionsFrom(
  properties: Properties,
  { logger }: { readonly logger?: Logger } = {},
): Partial<OptionsOfProperties> {
  const options = optionsOfProperties(properties);
  for (const [name, value] of Object.entries(properties)) {
    if (SAME_HERE[name] === String(value) || GIVEN_IN_CODE.includes(name)) continue;
    if (streamsProperty(name) !== undefined) continue;
    const warning = `the property ${name} has no effect: ${whyNone(name)}`;
    if (logger === undefined) processWarning(warning);
    else logger.warn(warning);
  }
  return options;
}

function whyNone(given: string): string {
  const [, prefix = '', inner = given] = /^((?:main\.)?consumer\.|producer\.)(.+)$/.exec(given) ?? [];
  const reason = Object.hasOwn(WITHOUT_OPTION, inner) ? WITHOUT_OPTION[inner] : undefined;
  if (reason !== undefined) return reason;
  const nearest = nearestName(inner, [...streamsPropertyNames, ...Object.keys(WITHOUT_OPTION)]);
  return nearest === undefined || nearest === inner
    ? 'there is none of that name here'
    : `there is none of that name here; did you mean ${prefix}${nearest}?`;
}

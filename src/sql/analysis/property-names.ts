import { currentName } from '../../streams/runtime/streams-properties.ts';
import type { SessionProperties } from './session.ts';

/** In front of a setting of Kafka Streams, which may also be given without it. */
export const STREAMS_PREFIX = 'ksql.streams.';

/** In front of a setting of one kind of client, which counts more than the same setting of all. */
const CLIENT_PREFIXES = ['main.consumer.', 'consumer.', 'producer.'] as const;

/**
 * Returns the one name of a property, whichever of its names it was given by: `ksql.streams.x` is the setting `x` of Kafka
 * Streams, old names are the new ones, and where a query begins to read is the same for all its consumers.
 */
export function propertyName(given: string): string {
  const name = currentName(given.startsWith(STREAMS_PREFIX) ? given.slice(STREAMS_PREFIX.length) : given);
  return /^(?:main\.)?consumer\.auto\.offset\.reset$/.test(name) ? 'auto.offset.reset' : name;
}

/** Properties under their one name; of one that is given twice the later counts. */
function byName(properties: SessionProperties): SessionProperties {
  return Object.fromEntries(Object.entries(properties).map(([given, value]) => [propertyName(given), value]));
}

/**
 * Returns what counts of both, under the one name of each property. What the session says counts over what the server
 * says, whichever name either of them uses: a session's `max.poll.records` counts over a server's
 * `ksql.streams.consumer.max.poll.records`, too.
 */
export function sessionOverServer(server: SessionProperties, session: SessionProperties): SessionProperties {
  const own = byName(session);
  const kept = Object.entries(byName(server)).filter(
    ([name]) => !widerNames(name).some((wider) => Object.hasOwn(own, wider)),
  );
  return { ...Object.fromEntries(kept), ...own };
}

/** The names by which a setting of one client is also set together with others. */
function widerNames(name: string): readonly string[] {
  const prefix = CLIENT_PREFIXES.find((each) => name.startsWith(each));
  if (prefix === undefined) return [];
  const inner = name.slice(prefix.length);
  return prefix === 'main.consumer.' ? [`consumer.${inner}`, inner] : [inner];
}

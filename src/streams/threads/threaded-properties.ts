import { int, option } from '../../base/config/config-key.ts';
import { atLeast } from '../../base/config/config-range.ts';
import { optionsFromProperties, type Properties } from '../../base/config/options.ts';
import type { Logger } from '../../base/logger.ts';
import { streamsOptionsFrom } from '../runtime/kafka-streams-properties.ts';
import type { OptionsOfProperties } from '../runtime/streams-properties.ts';
import type { ThreadedStreamsAppOptions } from './threaded-options.ts';

const THREADS = 'num.stream.threads';
const keys = { threads: option(THREADS, int(1, 'Stream threads of an application.', atLeast(1))) };

/**
 * As {@link streamsOptionsFrom}, for a {@link ThreadedStreamsApp}: `num.stream.threads` is its option `threads`.
 *
 * @param options - `logger`: told of properties without an effect; without it they are warnings of the process
 * @throws {ArgumentError} for a value that is not allowed
 * @example
 * const app = new ThreadedStreamsApp({
 *   applicationId: 'word-count',
 *   bootstrapServers: 'localhost:9092',
 *   topology: { module: new URL('./topology.js', import.meta.url), export: 'wordCount' },
 *   ...threadedStreamsOptionsFrom({ 'num.stream.threads': 4, 'commit.interval.ms': 1000 }),
 * });
 */
export function threadedStreamsOptionsFrom(
  properties: Properties,
  options: { readonly logger?: Logger } = {},
): Partial<OptionsOfProperties & Pick<ThreadedStreamsAppOptions, 'threads'>> {
  const { [THREADS]: threads, ...others } = properties;
  return {
    ...streamsOptionsFrom(others, options),
    ...(threads === undefined ? {} : optionsFromProperties(keys, { [THREADS]: threads })),
  };
}

import { long } from '../../base/config/config-key.ts';
import { atLeast } from '../../base/config/config-range.ts';

/** Settings that operators look up by name; those of Kafka Streams' internals, under its names. */
export const operatorConfig = {
  '__emit.interval.ms.kstreams.windowed.aggregation__': long(
    1_000,
    'Time between two passes that emit the windows that have closed.',
    atLeast(0),
  ),
  '__emit.interval.ms.kstreams.outer.join.spurious.results.fix__': long(
    1_000,
    'Time between two passes that emit the records for which an outer join has found no match.',
    atLeast(0),
  ),
} as const;

/** The value of an operator's setting: what the application has set, else the default. */
export function operatorSetting(
  context: { config(name: string): string | number | boolean | undefined },
  name: keyof typeof operatorConfig,
): number {
  return Number(context.config(name) ?? operatorConfig[name].default);
}

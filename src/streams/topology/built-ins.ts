import {
  addCounts,
  countRecord,
  everyRecord,
  keyAndValue,
  mergingByReducer,
  reducing,
  uncountRow,
  writeToConsole,
  zero,
} from '../operators/built-in-functions.ts';
import { changeSerde } from '../operators/change-serde.ts';
import { partitionOfAsker, responseSerde, subscriptionSerde } from '../operators/foreign-key/messages.ts';
import { Serdes } from '../serdes.ts';
import * as extractors from '../timestamp-extractor.ts';
import { JoinWindows } from '../windows/join-windows.ts';
import { SessionWindows } from '../windows/session-windows.ts';
import { TimeWindows } from '../windows/time-windows.ts';
import { sessionWindowedSerde, timeWindowedSerde } from '../windows/windowed-serdes.ts';

/** What the DSL itself gives to nodes and stores, by the names that `portable` and `madeBy` were given. */
const BUILT_INS: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ...Object.entries(extractors),
  ...Object.entries(Serdes).map(([name, serde]) => [`Serdes.${name}`, serde] as const),
  ...Object.entries({
    everyRecord,
    keyAndValue,
    writeToConsole,
    partitionOfAsker,
    addCounts,
    countRecord,
    mergingByReducer,
    reducing,
    uncountRow,
    zero,
  }),
  ...Object.entries({
    changeSerde,
    responseSerde,
    subscriptionSerde,
    sessionWindowedSerde,
    timeWindowedSerde,
  }),
]);

/** What this package exports, or makes for itself, under a name. */
export function builtIn(name: string): unknown {
  return BUILT_INS.get(name);
}

/** Windows of a class, with these fields; undefined for another class. */
export function windowsOf(
  className: string,
  fields: { readonly [field: string]: unknown },
): TimeWindows | SessionWindows | JoinWindows | undefined {
  const of = (field: string): number => Number(fields[field]);
  const gracePeriodMs = of('gracePeriodMs');
  switch (className) {
    case 'TimeWindows':
      return TimeWindows.ofSizeAndGrace({ sizeMs: of('sizeMs'), gracePeriodMs }).advanceBy(of('advanceMs'));
    case 'SessionWindows':
      return SessionWindows.ofInactivityGapAndGrace({
        inactivityGapMs: of('inactivityGapMs'),
        gracePeriodMs,
      });
    case 'JoinWindows': {
      const [beforeMs, afterMs] = [of('beforeMs'), of('afterMs')];
      // Wide enough for either end to be set first.
      const widest = Math.max(Math.abs(beforeMs), Math.abs(afterMs));
      const windows =
        fields['eager'] === true ? JoinWindows.of(widest) : JoinWindows.ofTimeDifferenceWithNoGrace(widest);
      return windows.before(beforeMs).after(afterMs).grace(gracePeriodMs);
    }
    default:
      return undefined;
  }
}

import { DiagnosticError } from '../../src/base/errors.ts';
import type { CleanerSettings } from '../log/cleaner/cleaner-settings.ts';
import type { BrokerConfig } from './broker-config.ts';
import type { BrokerPropertyName } from './broker-properties.ts';
import { brokerConfigPlaces, type ConfigContext } from './config-places.ts';

/** Less would hold the keys of hardly any log: Kafka's bound. */
const MAP_BYTES_MIN = 1024 * 1024;
const READ_BYTES_MIN = 1024;

/** Returns what holds now: the brokers' dynamic settings over the static ones. */
export function cleanerSettings(context: ConfigContext): CleanerSettings {
  const number = (name: BrokerPropertyName): number => numberOf(name, context);
  const isEnabled = context.config.get('log.cleaner.enable');
  const threads = isEnabled ? number('log.cleaner.threads') : 0;
  const sharers = Math.max(1, threads);
  return {
    threads,
    mapBytesMax: Math.max(MAP_BYTES_MIN, Math.floor(number('log.cleaner.dedupe.buffer.size') / sharers)),
    loadFactor: number('log.cleaner.io.buffer.load.factor'),
    // Half of it is for reading.
    readBytes: Math.max(READ_BYTES_MIN, Math.floor(number('log.cleaner.io.buffer.size') / sharers / 2)),
    bytesPerSecondMax: number('log.cleaner.io.max.bytes.per.second') / sharers,
    backoffMs: number('log.cleaner.backoff.ms'),
  };
}

/** What the rules between settings of the cleaner look at. */
interface CleanerShares {
  readonly threads: number;
  readonly dedupeBytes: number;
}

/** @throws {DiagnosticError} where a cleaner that is to run has no thread, or the memory for keys does not go round. */
export function checkCleaner(config: BrokerConfig): void {
  if (!config.get('log.cleaner.enable')) return;
  const threads = config.get('log.cleaner.threads');
  const dedupeBytes = Number(config.get('log.cleaner.dedupe.buffer.size'));
  const message = whyNoCleaner({ threads, dedupeBytes });
  if (message === undefined) return;
  throw new DiagnosticError({
    message,
    detail: `log.cleaner.threads is ${threads}, log.cleaner.dedupe.buffer.size ${dedupeBytes} bytes for all of them`,
    ...(threads < 1 ? { hint: 'log.cleaner.enable=false is how nothing is compacted' } : {}),
  });
}

/**
 * Why a cleaner that runs does not take other settings, in the words of Kafka's `LogCleaner.validateReconfiguration`, or
 * undefined. Besides what a start refuses: the number of threads at most doubles, and at least is half of what it was.
 * @param current what holds now, @param next what would hold.
 */
export function checkCleanerChange(current: ConfigContext, next: ConfigContext): string | undefined {
  const [before, after] = [sharesOf(current), sharesOf(next)];
  if (before.threads === after.threads && before.dedupeBytes === after.dedupeBytes) return undefined;
  const problem = whyNoCleaner(after);
  // What an earlier version has let pass is no number to begin with.
  if (problem !== undefined || before.threads < 1) return problem;
  if (after.threads < Math.floor(before.threads / 2)) {
    return `Log cleaner threads cannot be reduced to less than half the current value ${before.threads}`;
  }
  if (after.threads > before.threads * 2) {
    return `Log cleaner threads cannot be increased to more than double the current value ${before.threads}`;
  }
  return undefined;
}

function whyNoCleaner({ threads, dedupeBytes }: CleanerShares): string | undefined {
  if (threads < 1) return 'Log cleaner threads should be at least 1';
  if (dedupeBytes / threads >= MAP_BYTES_MIN) return undefined;
  return 'log.cleaner.dedupe.buffer.size must be at least 1MB per cleaner thread.';
}

function sharesOf(context: ConfigContext): CleanerShares {
  return {
    threads: numberOf('log.cleaner.threads', context),
    dedupeBytes: numberOf('log.cleaner.dedupe.buffer.size', context),
  };
}

function numberOf(name: BrokerPropertyName, context: ConfigContext): number {
  return Number(brokerConfigPlaces(name, context)[0]?.value);
}

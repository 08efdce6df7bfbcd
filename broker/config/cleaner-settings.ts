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
  const number = (name: BrokerPropertyName): number => Number(brokerConfigPlaces(name, context)[0]?.value);
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

/** @throws {DiagnosticError} where the memory for keys does not go round. */
export function checkCleanerMemory(config: BrokerConfig): void {
  const threads = Math.max(1, config.get('log.cleaner.threads'));
  const bytes = Number(config.get('log.cleaner.dedupe.buffer.size'));
  if (bytes / threads >= MAP_BYTES_MIN) return;
  throw new DiagnosticError({
    message: 'log.cleaner.dedupe.buffer.size must be at least 1 MiB for each cleaner thread',
    detail: `${threads} get ${bytes} bytes together`,
  });
}

import { refusalText } from '../../base/config/config-errors.ts';
import { readConfig } from '../../base/config/config-value.ts';
import { nearestName } from '../../base/nearest-name.ts';
import { ignoredProperty } from './ignored-properties.ts';
import { sqlProperty, sqlPropertyNames } from './server-properties.ts';

/** That a name is none of a property, in ksqlDB's words and with the nearest that is one; undefined where it is one. */
export function whyUnknown(name: string): string | undefined {
  if (ignoredProperty(name) !== undefined || sqlProperty(name) !== undefined) return undefined;
  const meant = nearestName(name, sqlPropertyNames);
  const hint = meant === undefined ? '' : `\n  did you mean ${meant}?`;
  return `Not recognizable as ksql, streams, consumer, or producer property: '${name}'${hint}`;
}

/** What is wrong with a property and its value that ALTER SYSTEM sets, in ksqlDB's words; undefined where nothing is. */
export function whySystemRefuses(name: string, value?: string): string | undefined {
  const key = ignoredProperty(name) ?? sqlProperty(name);
  if (key?.updateMode !== 'per-query')
    return `Not recognizable as ksql, streams, consumer, or producer property: ${name}`;
  return whySessionRefuses(name, value);
}

/**
 * What is wrong with a property of a session, in ksqlDB's words, or undefined: a name that is none, one that only the
 * server may set, or a value that is not allowed. Those that have no effect are checked as all others.
 */
export function whySessionRefuses(name: string, value?: string): string | undefined {
  const key = ignoredProperty(name) ?? sqlProperty(name);
  if (key === undefined) return whyUnknown(name);
  if (value === undefined) return undefined;
  if (key.updateMode !== 'per-query') return `Cannot override property '${name}'`;
  const result = readConfig(key, value);
  return 'expected' in result ? refusalText(name, value, result.expected) : undefined;
}

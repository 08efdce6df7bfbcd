import { quoteName } from '../../base/sql-quotes.ts';
import { printType, containsMap } from '../../serde/model/sql-type.ts';
import type { FormatColumn, FormatSide, SerdeFeature } from '../../serde/contract/format.ts';
import { AVRO_NAMESPACE } from '../../serde/avro/to-schema.ts';
import { formatOf } from '../../serde/formats.ts';
import type { FormatInfo } from '../catalog/data-source.ts';
import { booleanProperty, type SessionProperties } from './session.ts';
import { keyMessages } from '../messages/keys.ts';
import { withMessages } from '../messages/with-properties.ts';
import { refuse, withPrefix } from './sql-error.ts';
import type { WithProperties } from './with-properties.ts';

/**
 * What the format of a source's keys is told. Avro's schemas of keys are called after their source, so that what is generated of
 * them has names that differ.
 */
export function keyProperties(
  properties: WithProperties,
  format: string,
  source: string,
): Readonly<Record<string, string>> {
  const own = valuesOrKeys(properties, format, 'KEY');
  if (format !== 'AVRO' || own['fullSchemaName'] !== undefined) return own;
  return { fullSchemaName: `${AVRO_NAMESPACE}.${camelCase(source)}Key`, ...own };
}

/** What the format of a source's values is told. */
export function valueProperties(
  properties: WithProperties,
  format: string,
): Readonly<Record<string, string>> {
  return valuesOrKeys(properties, format, 'VALUE');
}

function valuesOrKeys(
  properties: WithProperties,
  format: string,
  side: 'KEY' | 'VALUE',
): Readonly<Record<string, string>> {
  const own = properties.formatProperties(side);
  return format === 'PROTOBUF' ? { unwrapPrimitives: 'true', ...own } : own;
}

/** `LEFT_TABLE` as `LeftTable`. */
function camelCase(name: string): string {
  return name
    .split('_')
    .map((part) => part.slice(0, 1).toUpperCase() + part.slice(1).toLowerCase())
    .join('');
}

/** How a single key column is laid out: never wrapped, which is recorded where a format could do both. */
export function keyFeatures(format: string, columnCount: number): readonly SerdeFeature[] {
  const { features } = formatOf(format);
  const free = features.has('WRAP_SINGLES') && features.has('UNWRAP_SINGLES');
  return columnCount === 1 && free ? ['UNWRAP_SINGLES'] : [];
}

/**
 * How a single value column is laid out, by WRAP_SINGLE_VALUE or the configured default.
 * @throws {DiagnosticError} when the statement asks for what the format cannot do.
 */
export function valueFeatures(options: {
  readonly format: string;
  readonly columnCount: number;
  readonly wrapSingleValue: boolean | undefined;
  readonly properties: SessionProperties;
}): readonly SerdeFeature[] {
  const { format, columnCount, wrapSingleValue, properties } = options;
  const { features } = formatOf(format);
  if (wrapSingleValue !== undefined) {
    const feature: SerdeFeature = wrapSingleValue ? 'WRAP_SINGLES' : 'UNWRAP_SINGLES';
    if (!features.has(feature)) {
      throw refuse(withMessages.wrapUnsupported(format, wrapSingleValue));
    }
    if (columnCount !== 1) throw refuse(withMessages.wrapOfSeveral());
    return [feature];
  }
  const wrap = booleanProperty(properties, 'ksql.persistence.wrap.single.values');
  if (wrap === undefined || columnCount !== 1) return [];
  const feature: SerdeFeature = wrap ? 'WRAP_SINGLES' : 'UNWRAP_SINGLES';
  return features.has(feature) ? [feature] : [];
}

/** Checks that a format can write these columns. @throws {DiagnosticError} with the schema and the reason. */
export function checkFormat(side: FormatSide, info: FormatInfo, columns: readonly FormatColumn[]): void {
  const format = formatOf(info.format);
  const printed = columns.map(
    ({ name, type }) => `${quoteName(name)} ${printType(type)}${side === 'key' ? ' KEY' : ''}`,
  );
  const heading = withMessages.formatSchema({
    side,
    format: info.format,
    columns: printed,
    features: info.features,
  });
  withPrefix(heading.message, () =>
    format.validate({ columns, side, features: new Set(info.features), properties: info.properties }),
  );
}

/** Maps have no one serialized form, so they make no keys. */
export function checkKeyColumns(columns: readonly FormatColumn[]): void {
  for (const { name, type } of columns) {
    if (!containsMap(type)) continue;
    throw refuse(keyMessages.mapKey(name, type));
  }
}

/** True when the format can write the columns. */
export function canWrite(side: FormatSide, info: FormatInfo, columns: readonly FormatColumn[]): boolean {
  try {
    checkFormat(side, info, columns);
    return true;
  } catch {
    return false;
  }
}

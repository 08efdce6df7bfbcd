import { quoteName } from '../../base/sql-quotes.ts';
import { printType, containsMap } from '../../serde/model/sql-type.ts';
import type { FormatColumn, FormatSide, SerdeFeature } from '../../serde/contract/format.ts';
import { knownFormatOf } from '../../serde/formats.ts';
import type { FormatInfo } from '../catalog/data-source.ts';
import { booleanProperty, type SessionProperties } from './session.ts';
import { keyMessages } from '../messages/keys.ts';
import { withMessages } from '../messages/with-properties.ts';
import { refuse, withPrefix } from './sql-error.ts';

/** How a single key column is laid out: never wrapped, which is recorded where a format could do both. */
export function keyFeatures(format: string, columnCount: number): readonly SerdeFeature[] {
  const { features } = knownFormatOf(format);
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
  const { features } = knownFormatOf(format);
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
  const format = knownFormatOf(info.format);
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

import type { ComparisonWork } from '../comparison-work.ts';
import type { Compare } from './compare-objects.ts';
import { found, type Found } from './differences.ts';
import { coversFewer } from './match-parts.ts';
import type { CombinedSchema } from './model.ts';

interface CombinedPair {
  readonly reader: CombinedSchema;
  readonly writer: CombinedSchema;
}

/**
 * Compares `allOf`, `anyOf` and `oneOf`: each part of the one that has fewer of them needs a part of its own in the other one
 * that it goes with.
 */
export function compareCombined(
  { reader, writer }: CombinedPair,
  { compare, work }: { readonly compare: Compare; readonly work: ComparisonWork },
): readonly Found[] {
  if (!isWiderCriterion({ reader, writer })) return found('COMBINED_TYPE_CHANGED');
  const [read, written] = [reader.schemas, writer.schemas];
  const isProduct = reader.criterion === 'allOf';
  const sizes: readonly Found[] =
    written.length < read.length && isProduct
      ? found('PRODUCT_TYPE_EXTENDED')
      : written.length > read.length && !isProduct
        ? found('SUM_TYPE_NARROWED')
        : [];
  const goesWith = (...pair: Parameters<Compare>): boolean => compare(...pair).length === 0;
  const isCovered = coversFewer({ read, written }, { goesWith, work });
  return isCovered ? sizes : [...sizes, ...found('COMBINED_TYPE_SUBSCHEMAS_CHANGED')];
}

function isWiderCriterion({ reader, writer }: CombinedPair): boolean {
  if (reader.criterion === writer.criterion || reader.criterion === 'anyOf') return true;
  const isSingle = writer.schemas.length === 1;
  return reader.criterion === 'oneOf' ? isSingle : isSingle && reader.schemas.length === 1;
}

/** Compares a combined schema with one that is not. */
export function compareMixed(
  pair: {
    readonly reader: Parameters<Compare>[0];
    readonly writer: Parameters<Compare>[1];
  },
  compare: Compare,
): readonly Found[] | undefined {
  const { reader, writer } = pair;
  if (reader.kind === 'combined' && writer.kind !== 'combined') {
    const [only] = reader.schemas;
    if (only !== undefined && reader.schemas.length === 1) {
      return compare(only, writer).length === 0 ? [] : undefined;
    }
    // One of several that may be read is enough.
    const isRead = reader.schemas.some((schema) => compare(schema, writer).length === 0);
    return reader.criterion !== 'allOf' && isRead ? [] : undefined;
  }
  if (writer.kind === 'combined' && reader.kind !== 'combined' && writer.schemas.length === 1) {
    const [only] = writer.schemas;
    if (only !== undefined && compare(reader, only).length === 0) return [];
  }
  return undefined;
}

import { ComparisonWork } from '../languages/comparison-work.ts';
import type { Difference, ParsedSchema } from '../languages/parsed-schema.ts';
import type { CompatibilityLevel } from './settings.ts';

/** A version that a new schema is compared with. */
export interface EarlierVersion {
  readonly version: number;
  readonly parsed: ParsedSchema;
}

/** Longer schemas are cut where they are told. */
const TOLD_LENGTH_MAX = 10 * 1024;

/**
 * Returns what of a new schema does not go with earlier ones, in Confluent's words; nothing where it does. Of several that it does
 * not go with, the newest one is told.
 * @param earlier in the order of their versions.
 * @param work what all comparisons together may cost.
 * @throws {RegistryRefusal} 422 where they would take more.
 */
export function checkCompatibility(
  schema: ParsedSchema,
  {
    earlier,
    level,
    work = new ComparisonWork(),
  }: {
    readonly earlier: readonly EarlierVersion[];
    readonly level: CompatibilityLevel;
    readonly work?: ComparisonWork;
  },
): readonly string[] {
  if (level === 'NONE') return [];
  const newestFirst = [...earlier].reverse();
  const compared = level.endsWith('_TRANSITIVE') ? newestFirst : newestFirst.slice(0, 1);
  for (const one of compared) {
    const messages = compare(schema, one, { level, work });
    if (messages.length > 0) {
      return [...messages, `{validateFields: 'false', compatibility: '${level}'}`];
    }
  }
  return [];
}

function compare(
  schema: ParsedSchema,
  { version, parsed }: EarlierVersion,
  { level, work }: { readonly level: CompatibilityLevel; readonly work: ComparisonWork },
): string[] {
  const isForward = level.startsWith('FORWARD') || level.startsWith('FULL');
  const isBackward = level.startsWith('BACKWARD') || level.startsWith('FULL');
  const forward = isForward
    ? told(parsed.differencesFrom(schema, work), { reader: 'old', writer: 'new' })
    : [];
  const backward = isBackward
    ? told(schema.differencesFrom(parsed, work), { reader: 'new', writer: 'old' })
    : [];
  // With both directions the schema is told with the second one only.
  const namesSchema = isBackward ? backward.length > 0 : forward.length > 0;
  const { text } = parsed;
  const cut =
    text.length <= TOLD_LENGTH_MAX
      ? `{oldSchema: '${text}'}`
      : `{oldSchema: <truncated to ${TOLD_LENGTH_MAX} characters> '${text.slice(0, TOLD_LENGTH_MAX)}'}`;
  return [...forward, ...backward, ...(namesSchema ? [`{oldSchemaVersion: ${version}}`, cut] : [])];
}

function told(
  differences: readonly Difference[],
  { reader, writer }: { readonly reader: string; readonly writer: string },
): string[] {
  return differences.map((difference) => difference.message(reader, writer));
}

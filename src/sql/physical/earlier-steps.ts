import type { PartitionByStep } from './steps.ts';

/**
 * Reads what the versions 1 and 2 recorded as this one records it, one part of the JSON at a time: expressions and calls
 * were nothing but their texts, which are bound when the plan is lowered. Other parts stay as they are.
 */
export function readTextStep(part: unknown): unknown {
  if (typeof part !== 'object' || part === null || !('step' in part)) return part;
  const fields: Readonly<Record<string, unknown>> = { ...part };
  switch (part.step) {
    case 'filter':
      return { ...fields, predicate: textOnly(fields['predicate']) };
    case 'project':
      return { ...fields, columns: listOf(fields['columns'], readColumn) };
    case 'flatMap':
      return { ...fields, calls: listOf(fields['calls'], readCall) };
    case 'partitionBy':
      return { ...fields, keys: listOf(fields['keys'], textOnly) };
    case 'keyBy':
      return 'key' in part ? { ...fields, key: textOnly(part.key) } : part;
    case 'aggregate': {
      const groupBy = listOf(fields['groupBy'], textOnly);
      return { ...fields, groupBy, calls: listOf(fields['calls'], readCall) };
    }
    case 'join':
      return 'foreignKey' in part ? { ...fields, foreignKey: textOnly(part.foreignKey) } : part;
    default:
      return part;
  }
}

/**
 * Reads what the versions 1 to 3 recorded, after their texts: a new key did not say where the row holds the old one, which
 * was found by the names of its columns.
 */
export function withKeyPlaces(part: unknown): unknown {
  if (!isPartitionBy(part)) return part;
  const { key, row } = part.input.schema;
  const keyPlaces = key.map(({ name }) => row.findIndex((column) => column.name === name));
  return { ...part, keyPlaces };
}

function isPartitionBy(part: unknown): part is PartitionByStep {
  return typeof part === 'object' && part !== null && 'step' in part && part.step === 'partitionBy';
}

function textOnly(text: unknown): unknown {
  return { text };
}

function readColumn({ name, expression }: Readonly<Record<string, unknown>>): unknown {
  return { name, expression: textOnly(expression) };
}

function readCall({ name, call }: Readonly<Record<string, unknown>>): unknown {
  return { name, text: call };
}

function listOf<T>(list: unknown, read: (item: T) => unknown): readonly unknown[] {
  return Array.isArray(list) ? list.map(read) : [];
}

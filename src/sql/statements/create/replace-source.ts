import { replaceReasons, statementMessages } from '../../messages/statements.ts';
import { refuse as refusal } from '../../analysis/sql-error.ts';
import type { DataSource, KeyFormatInfo } from '../../catalog/data-source.ts';
import { printColumn, type SchemaColumn } from '../../types/logical-schema.ts';

/**
 * CREATE OR REPLACE keeps what others rely on: the kind, the topic, its formats, where the time comes from, and every column where it was. New
 * value columns may follow the old ones. @throws {DiagnosticError} saying what changed.
 */
export function checkReplacement(old: DataSource, replacement: DataSource): void {
  const refuse = (reason: string): never => {
    throw refusal(statementMessages.replaceRefused(replacement, old, reason));
  };
  const changed = (what: string, before: string, after: string): string =>
    replaceReasons.changed(old.name, what, { before, after });
  if (old.kind !== replacement.kind) {
    refuse(replaceReasons.kind(old.kind));
  }
  const [topic, newTopic] = [old.topic.name, replacement.topic.name];
  if (topic !== newTopic) refuse(changed('topic', topic, newTopic));
  for (const side of ['keyFormat', 'valueFormat'] as const) {
    const [was, is] = [old.topic[side], replacement.topic[side]];
    if (JSON.stringify(was) === JSON.stringify(is)) continue;
    const [before, after] =
      was.format === is.format ? [detailsOf(was), detailsOf(is)] : [was.format, is.format];
    refuse(changed(side, before, after));
  }
  for (const [name, of] of Object.entries(OTHER_PROPERTIES)) {
    const [before, after] = [of(old), of(replacement)];
    if (before !== after) refuse(changed(name, before, after));
  }
  const schemas = changed('schema', old.schema.toString(), replacement.schema.toString());
  const keys = [
    ...differing(old.schema.key, replacement.schema.key),
    ...replacement.schema.key.slice(old.schema.key.length),
  ];
  if (keys.length > 0) {
    refuse(replaceReasons.keys(schemas, keys.map(printColumn)));
  }
  const values = [
    ...differing(old.schema.value, replacement.schema.value),
    ...differing(old.schema.headers, replacement.schema.headers),
  ];
  if (values.length > 0) {
    refuse(replaceReasons.columns(schemas, values.map(printColumn)));
  }
}

/** What else of a source others rely on, under ksqlDB's names. */
const OTHER_PROPERTIES: Readonly<Record<string, (source: DataSource) => string>> = {
  timestampColumn: ({ timestamp }) => (timestamp === undefined ? 'none' : JSON.stringify(timestamp)),
  // A declared source that took the place of a result would leave the query that writes it behind.
  isCasTarget: ({ isQueryResult }) => String(isQueryResult),
};

/** A format with all that decides about its bytes. */
function detailsOf({ format, properties, features, window }: KeyFormatInfo): string {
  return JSON.stringify({ format, ...properties, features, ...window });
}

/** Columns that are not where they were. */
function differing(before: readonly SchemaColumn[], after: readonly SchemaColumn[]): readonly SchemaColumn[] {
  return before.filter((column, index) => {
    const other = after[index];
    return other === undefined || printColumn(other) !== printColumn(column);
  });
}

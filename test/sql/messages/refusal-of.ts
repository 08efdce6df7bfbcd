import { DiagnosticError } from '../../../src/base/errors.ts';
import { emptySession } from '../../../src/sql/statements/session.ts';
import { engineAfter } from '../engine-after.ts';

/** What the statements are about: sources of each kind, of each format, with and without keys and windows. */
const SOURCES = `
  CREATE STREAM s (id INT KEY, a INT, b BIGINT, d DOUBLE, x DECIMAL(4,2), n STRING, f BOOLEAN, y BYTES, dt DATE, ti TIME,
    ts TIMESTAMP, arr ARRAY<INT>, m MAP<STRING, INT>, st STRUCT<city STRING, zip INT>)
    WITH (kafka_topic='s', value_format='JSON');
  CREATE STREAM s2 (id INT KEY, a INT, n STRING) WITH (kafka_topic='s2', value_format='JSON');
  CREATE STREAM s3 (id STRING KEY, a INT, n STRING) WITH (kafka_topic='s3', value_format='JSON');
  CREATE STREAM nk (a INT, n STRING) WITH (kafka_topic='nk', value_format='JSON');
  CREATE STREAM mk (k1 INT KEY, k2 INT KEY, a INT) WITH (kafka_topic='mk', format='JSON');
  CREATE TABLE t (id INT PRIMARY KEY, a INT, n STRING, b BIGINT) WITH (kafka_topic='t', value_format='JSON');
  CREATE TABLE t2 (id INT PRIMARY KEY, a INT, n STRING) WITH (kafka_topic='t2', value_format='JSON');
  CREATE TABLE t3 (id3 INT PRIMARY KEY, a INT, n STRING) WITH (kafka_topic='t3', value_format='JSON');
  CREATE TABLE mt (k1 INT PRIMARY KEY, k2 INT PRIMARY KEY, a INT) WITH (kafka_topic='mt', format='JSON');
  CREATE STREAM ws (id INT KEY, a INT)
    WITH (kafka_topic='ws', value_format='JSON', window_type='TUMBLING', window_size='10 SECONDS');
  CREATE STREAM wse (id INT KEY, a INT) WITH (kafka_topic='wse', value_format='JSON', window_type='SESSION');
  CREATE TABLE wt (id INT PRIMARY KEY, a INT)
    WITH (kafka_topic='wt', value_format='JSON', window_type='TUMBLING', window_size='10 SECONDS');
  CREATE TABLE wt2 (id INT PRIMARY KEY, a INT)
    WITH (kafka_topic='wt2', value_format='JSON', window_type='TUMBLING', window_size='10 SECONDS');
  CREATE STREAM kf (id INT KEY, a INT) WITH (kafka_topic='kf', value_format='KAFKA');
  CREATE STREAM dl (id INT KEY, a INT, n STRING) WITH (kafka_topic='dl', value_format='DELIMITED');
  CREATE SOURCE STREAM ss (id INT KEY, a INT) WITH (kafka_topic='ss', value_format='JSON');
  CREATE STREAM hs (id INT KEY, a INT, h ARRAY<STRUCT<key STRING, value BYTES>> HEADERS)
    WITH (kafka_topic='hs', value_format='JSON');
  CREATE TABLE agg AS SELECT id, COUNT(*) AS c FROM s GROUP BY id;
  CREATE TYPE addr AS STRUCT<city STRING>;
  CREATE STREAM copy AS SELECT * FROM s2;
`;

/** What a user is told of a statement that is refused. */
export interface Told {
  readonly message: string;
  /** What of the statement is underlined. */
  readonly at?: string;
  readonly suggestion?: string;
  readonly hint?: string;
}

/** What table scans would answer is refused: that is where the words for keys are. */
const SESSION = { ...emptySession, properties: { 'ksql.query.pull.table.scan.enabled': 'false' } };

const { sql: engine } = await engineAfter(SOURCES);

/** Checks statements over the sources; undefined where they are accepted. */
export async function refusalOf(sql: string): Promise<Told | undefined> {
  try {
    await engine.prepare(sql, SESSION);
    return undefined;
  } catch (error) {
    if (!(error instanceof DiagnosticError)) throw error;
    const { message, span, suggestion, hint } = error.diagnostic;
    return {
      message,
      ...(span === undefined ? {} : { at: sql.slice(span.start, span.end) }),
      ...(suggestion === undefined ? {} : { suggestion }),
      ...(hint === undefined ? {} : { hint }),
    };
  }
}

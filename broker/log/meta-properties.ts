import { showValue } from '../../src/base/show-value.ts';
import { foreign } from './checkpoint-file.ts';

/** The file that gives a data folder its identity (KIP-858, version 1 of KIP-631's format). */
export const META_PROPERTIES = 'meta.properties';

const VERSION = 1;

export interface MetaProperties {
  readonly clusterId: string;
  readonly nodeId: number;
  /** A UUID in Kafka's base64url form. */
  readonly directoryId: string;
}

/** Java properties text, keys sorted as Kafka writes them. */
export function encodeMetaProperties(properties: MetaProperties): Buffer {
  return Buffer.from(
    `#\ncluster.id=${properties.clusterId}\ndirectory.id=${properties.directoryId}\n` +
      `node.id=${properties.nodeId}\nversion=${VERSION}\n`,
  );
}

/** @throws {OperationalError} `FOREIGN_DATA` when the text is broken or of a newer version. */
export function decodeMetaProperties(path: string, content: string): MetaProperties {
  const values = new Map<string, string>();
  for (const line of content.split(/\r?\n/)) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    const equals = line.indexOf('=');
    if (equals < 0) throw foreign(path, `the line ${showValue(line)} is not "key=value"`);
    values.set(line.slice(0, equals).trim(), line.slice(equals + 1).trim());
  }
  const version = required(path, values, 'version');
  if (version !== String(VERSION)) {
    const newer = Number(version) > VERSION;
    throw foreign(
      path,
      newer
        ? `it has version ${version}, written by a newer release; this one knows version ${VERSION}`
        : `it has version ${showValue(version)} where ${VERSION} is expected`,
    );
  }
  const nodeId = Number(required(path, values, 'node.id'));
  if (!Number.isInteger(nodeId) || nodeId < 0)
    throw foreign(path, `node.id is ${showValue(values.get('node.id'))}`);
  return {
    clusterId: required(path, values, 'cluster.id'),
    nodeId,
    directoryId: required(path, values, 'directory.id'),
  };
}

function required(path: string, values: ReadonlyMap<string, string>, key: string): string {
  const value = values.get(key);
  if (value === undefined || value === '') throw foreign(path, `it has no ${key}`);
  return value;
}

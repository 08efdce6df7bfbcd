import type { SchemaRegistryClient } from '../../serde/schemas/registry-client.ts';

/** A SQL server on a cluster of its own, both empty. */
export interface CaseServer {
  /** Of the REST API. */
  readonly url: string;
  readonly bootstrapServers: string;
  /** Where it has the schemas of its topics. */
  readonly registry: SchemaRegistryClient;
  close(): Promise<void>;
}

/** Starts a server under settings of ksqlDB's names. REST cases bring none: their caller knows how one is started. */
export type StartCaseServer = (properties: Readonly<Record<string, string>>) => Promise<CaseServer>;

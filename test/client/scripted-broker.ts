import type { Connection } from '../../src/base/environment.ts';
import { nodeEnvironment } from '../../src/client/index.ts';
import { FrameReader } from '../../src/protocol/frame-reader.ts';
import { ErrorCode } from '../../src/protocol/error-codes.ts';
import { decodeRequest, decodeRequestHeader, encodeResponse } from '../../src/protocol/framing.ts';
import type { Api, RequestOf, ResponseInput } from '../../src/protocol/message.ts';
import { fetch } from '../../src/protocol/messages/01-fetch.ts';
import { listOffsets } from '../../src/protocol/messages/02-list-offsets.ts';
import { metadata } from '../../src/protocol/messages/03-metadata.ts';
import { produce } from '../../src/protocol/messages/00-produce.ts';
import { apiVersions } from '../../src/protocol/messages/18-api-versions.ts';
import { initProducerId } from '../../src/protocol/messages/22-init-producer-id.ts';

/**
 * Answers a request; `undefined` never answers, `'cut'` closes the connection instead, and `'held'` answers nothing on that
 * connection any more, as a broker does that answers in order.
 */
export type Script<A extends Api> = (
  request: RequestOf<A>,
  version: number,
) => ResponseInput<A> | undefined | 'cut' | 'held';

interface Scripted {
  readonly api: Api;
  readonly answer: (request: never, version: number) => unknown;
}

export const TOPIC_ID = 'MillraceMillraceMillrA';

/**
 * The far end of a real socket that answers as a test says: for faults that no broker shows when it is asked to, such as
 * a refused sequence number or an answer that never comes. It has one topic, `t`, with one partition.
 */
export class ScriptedBroker {
  readonly #scripts = new Map<number, Scripted>();
  readonly #connections = new Set<Connection>();
  readonly #held = new Set<Connection>();
  #port = 0;
  #stop: (() => Promise<void>) | undefined;
  leaderEpoch = 1;
  /** ApiVersions above this version is answered in version 0 with UNSUPPORTED_VERSION, as KIP-511 asks for. */
  apiVersionsMax: number = apiVersions.versions.max;
  /** Levels of features that are told to who connects from now on. */
  readonly finalizedFeatures = new Map<string, number>();
  /** Names and versions of the APIs that were asked for, in order. */
  readonly asked: string[] = [];

  constructor() {
    this.on(metadata, () => ({
      brokers: [{ nodeId: 0, host: '127.0.0.1', port: this.#port }],
      clusterId: 'scripted',
      controllerId: 0,
      topics: [
        {
          name: 't',
          topicId: TOPIC_ID,
          partitions: [
            {
              partitionIndex: 0,
              leaderId: 0,
              leaderEpoch: this.leaderEpoch,
              replicaNodes: [0],
              isrNodes: [0],
            },
          ],
        },
      ],
    }));
    this.on(initProducerId, () => ({ producerId: 7, producerEpoch: 0 }));
    this.on(produce, () => undefined);
    this.on(fetch, () => undefined);
    this.on(listOffsets, () => undefined);
    this.on(apiVersions, () => ({
      apiKeys: Array.from(this.#scripts.values(), ({ api }) => ({
        apiKey: api.key,
        minVersion: api.versions.min,
        maxVersion: api === (apiVersions as Api) ? this.apiVersionsMax : api.versions.max,
      })),
      finalizedFeatures: Array.from(this.finalizedFeatures, ([name, level]) => ({
        name,
        maxVersionLevel: level,
        minVersionLevel: level,
      })),
    }));
  }

  get bootstrapServers(): string {
    return `127.0.0.1:${this.#port}`;
  }

  get port(): number {
    return this.#port;
  }

  on<RequestOut, RequestIn, ResponseOut, ResponseIn>(
    api: Api<RequestOut, RequestIn, ResponseOut, ResponseIn>,
    script: (request: RequestOut, version: number) => ResponseIn | undefined | 'cut' | 'held',
  ): void {
    this.#scripts.set(api.key, { api: api as Api, answer: script });
  }

  async start(): Promise<void> {
    const listener = await nodeEnvironment.network.listen({
      host: '127.0.0.1',
      port: 0,
      onConnection: (connection) => this.#serve(connection),
    });
    this.#port = listener.address.port;
    this.#stop = async () => {
      for (const connection of this.#connections) connection.destroy();
      await listener.close();
    };
  }

  async stop(): Promise<void> {
    await this.#stop?.();
  }

  #serve(connection: Connection): void {
    this.#connections.add(connection);
    const frames = new FrameReader({ checkSize: () => {} });
    connection.start({
      data: (chunk) => {
        frames.push(chunk);
        for (let frame = frames.next(); frame !== undefined; frame = frames.next())
          this.#answer(connection, frame);
      },
      close: () => this.#connections.delete(connection),
    });
  }

  #answer(connection: Connection, frame: Buffer): void {
    const { header, reader } = decodeRequestHeader(frame);
    const scripted = this.#scripts.get(header.apiKey);
    if (scripted === undefined) throw new Error(`nobody scripted API ${header.apiKey}`);
    const { api, answer } = scripted;
    this.asked.push(`${api.name} ${header.apiVersion}`);
    if (header.apiKey === apiVersions.key && header.apiVersion > this.apiVersionsMax) {
      const apiKeys = [{ apiKey: apiVersions.key, minVersion: 0, maxVersion: this.apiVersionsMax }];
      const refusal = { errorCode: ErrorCode.UNSUPPORTED_VERSION, apiKeys };
      connection.write(encodeResponse(apiVersions, 0, header.correlationId, refusal));
      return;
    }
    if (this.#held.has(connection)) return;
    const request = decodeRequest(api, header.apiVersion, reader);
    const response = answer(request as never, header.apiVersion);
    if (response === undefined) return;
    if (response === 'cut') connection.destroy();
    else if (response === 'held') this.#held.add(connection);
    else connection.write(encodeResponse(api, header.apiVersion, header.correlationId, response));
  }
}

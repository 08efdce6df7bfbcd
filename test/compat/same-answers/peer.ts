import { decodeResponse, encodeRequest } from '../../../src/protocol/framing.ts';
import type { Api, RequestInput, ResponseOf } from '../../../src/protocol/message.ts';
import { listOffsets } from '../../../src/protocol/messages/02-list-offsets.ts';
import { metadata } from '../../../src/protocol/messages/03-metadata.ts';
import { normalised } from './normalised.ts';
import { type BrokerAddress, exchange } from './raw-exchange.ts';

export const CLIENT_ID = 'same-answers';
const RETRIES_MAX = 100;
const RETRY_BACKOFF_MS = 100;
/** COORDINATOR_LOAD_IN_PROGRESS, COORDINATOR_NOT_AVAILABLE, NOT_COORDINATOR: true of any broker that has just begun. */
const STARTING = /"errorCode":(?:14|15|16)\b/;

/** One broker of a comparison, with what it has answered so far, made comparable. */
export class Peer {
  readonly transcript: unknown[] = [];
  readonly address: BrokerAddress;
  readonly #topicIds = new Map<string, string>();
  readonly #topicNames = new Map<string, string>();

  constructor(bootstrap: string) {
    const [host = '', port = ''] = bootstrap.split(':');
    this.address = { host, port: Number(port) };
  }

  /** The id that this broker has given to a topic. */
  topicId(name: string): string {
    const id = this.#topicIds.get(name);
    if (id === undefined) throw new Error(`the topic ${name} is not known here: call learn`);
    return id;
  }

  /** Asks for the ids of topics, until all have leaders. */
  async learn(...names: readonly string[]): Promise<void> {
    for (let attempt = 0; attempt < RETRIES_MAX; attempt++) {
      const topics = names.map((name) => ({ name }));
      const answer = await this.send(metadata, 12, { topics, allowAutoTopicCreation: false });
      for (const { name, topicId } of answer.topics) {
        if (name === null) continue;
        this.#topicIds.set(name, topicId);
        this.#topicNames.set(topicId, name);
      }
      const asked = answer.topics.map(({ name, partitions }) => ({
        name: name ?? '',
        partitions: partitions.map(({ partitionIndex }) => ({ partitionIndex, timestamp: -1 })),
      }));
      // Metadata tells of leaders that do not know it yet themselves.
      const led = await this.send(listOffsets, 7, { replicaId: -1, topics: asked });
      const ready = answer.topics.every(({ errorCode }) => errorCode === 0);
      if (ready && led.topics.every((topic) => topic.partitions.every((p) => p.errorCode === 0))) return;
      await new Promise((resolve) => setTimeout(resolve, RETRY_BACKOFF_MS));
    }
    throw new Error(`the topics ${names.join(', ')} do not come`);
  }

  /** Sends a request that is not compared: it prepares what is. */
  async send<A extends Api>(api: A, version: number, body: RequestInput<A>): Promise<ResponseOf<A>> {
    const response = await this.#patiently(api, version, body);
    if (response === undefined) throw new Error(`${api.name} v${version} was not answered`);
    return response;
  }

  /** Sends a request again and again until its answer is as wanted: the broker learns of some things a moment later. */
  async until<A extends Api>(
    api: A,
    version: number,
    body: RequestInput<A>,
    isWanted: (answer: ResponseOf<A>) => boolean,
  ): Promise<void> {
    for (let attempt = 0; attempt < RETRIES_MAX; attempt++) {
      if (isWanted(await this.send(api, version, body))) return;
      await new Promise((resolve) => setTimeout(resolve, RETRY_BACKOFF_MS));
    }
    throw new Error(`${api.name} v${version} is never answered as it should be`);
  }

  /** Sends a request and notes the answer, or that there is none. */
  async ask<A extends Api>(
    api: A,
    version: number,
    body: RequestInput<A>,
  ): Promise<ResponseOf<A> | undefined> {
    const response = await this.#patiently(api, version, body);
    this.note(`${api.name} v${version}`, response ?? 'the connection was closed');
    return response;
  }

  note(what: string, answer: unknown): void {
    this.transcript.push([what, normalised(answer, this.#topicNames)]);
  }

  /** Sends frames as they are, all at once, and notes which correlation ids are answered. */
  async askRaw(what: string, frames: readonly Buffer[], answers: number): Promise<readonly Buffer[]> {
    const outcome = await exchange(this.address, frames, answers);
    this.note(what, {
      end: outcome.end,
      correlationIds: outcome.frames.map((frame) => frame.readInt32BE(0)),
    });
    return outcome.frames;
  }

  async #patiently<A extends Api>(
    api: A,
    version: number,
    body: RequestInput<A>,
  ): Promise<ResponseOf<A> | undefined> {
    for (let attempt = 0; ; attempt++) {
      const chunks = encodeRequest(api, version, { correlationId: 1, clientId: CLIENT_ID }, body);
      const { frames, end } = await exchange(this.address, chunks, 1);
      const [frame] = frames;
      if (end === 'silent') throw new Error(`${api.name} v${version} is not answered`);
      if (frame === undefined) return undefined;
      const response = decodeResponse(api, version, frame);
      if (attempt === RETRIES_MAX || !STARTING.test(JSON.stringify(response))) return response;
      await new Promise((resolve) => setTimeout(resolve, RETRY_BACKOFF_MS));
    }
  }
}

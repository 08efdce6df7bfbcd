import { ErrorCode } from '../../protocol/error-codes.ts';
import type { metadata } from '../../protocol/messages/03-metadata.ts';
import type { ResponseOf } from '../../protocol/message.ts';
import { kafkaError } from '../kafka-error.ts';
import type { MetadataCache } from './metadata-cache.ts';

/** Whose metadata a client wants. */
interface MetadataWish {
  /** Null is all topics. */
  readonly names: readonly string[] | null;
  /** Whether asking for a missing topic may create it; or of which topics it may. */
  readonly mayCreate: boolean | ((topic: string) => boolean);
}

interface WishedFetch {
  readonly wishes: MetadataWish[];
  readonly done: Promise<void>;
}

type Ask = (
  names: readonly string[] | null,
  allowAutoTopicCreation: boolean,
) => Promise<ResponseOf<typeof metadata>>;

/** Fetches metadata into a cache: one request at a time, with what clients have wished for meanwhile in the next one. */
export class MetadataFetches {
  readonly #cache: MetadataCache;
  readonly #ask: Ask;
  #running: Promise<void> | undefined;
  #next: WishedFetch | undefined;

  constructor(cache: MetadataCache, ask: Ask) {
    this.#cache = cache;
    this.#ask = ask;
  }

  /** @throws what asking the cluster has failed with. */
  fetch(wish: MetadataWish): Promise<void> {
    if (this.#running === undefined) return this.#run([wish]);
    if (this.#next === undefined) {
      const wishes: MetadataWish[] = [];
      const done = this.#running
        .catch(() => undefined)
        .then(() => {
          this.#next = undefined;
          return this.#run(wishes);
        });
      this.#next = { wishes, done };
    }
    this.#next.wishes.push(wish);
    return this.#next.done;
  }

  #run(wishes: readonly MetadataWish[]): Promise<void> {
    this.#running = this.#fetchAll(wishes).finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async #fetchAll(wishes: readonly MetadataWish[]): Promise<void> {
    const names = namesOf(wishes);
    const wantsAll = wishes.some((wish) => wish.names === null);
    // One request may create all of its topics or none.
    const mayCreateAll = wishes.every(({ mayCreate }) => mayCreate === true);
    await this.#askFor(wantsAll ? null : names, mayCreateAll);
    // What is not in the list of all topics may be missing, or this client may not see it: that is told by name only.
    const unlisted = wantsAll ? names.filter((name) => this.#cache.topic(name) === undefined) : [];
    if (unlisted.length > 0) await this.#askFor(unlisted, false);
    if (mayCreateAll) return;
    const creatable = names.filter((name) => this.#isMissing(name) && mayCreate(wishes, name));
    if (creatable.length > 0) await this.#askFor(creatable, true);
  }

  async #askFor(names: readonly string[] | null, allowAutoTopicCreation: boolean): Promise<void> {
    const response = await this.#ask(names, allowAutoTopicCreation);
    if (response.errorCode !== ErrorCode.NONE) throw kafkaError(response.errorCode, 'metadata');
    this.#cache.update(response, { all: names === null });
  }

  #isMissing(name: string): boolean {
    return this.#cache.topic(name)?.errorCode === ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
  }
}

/** All names that are wished for by name, each once. */
function namesOf(wishes: readonly MetadataWish[]): readonly string[] {
  if (wishes.length === 1) return wishes[0]?.names ?? [];
  return [...new Set(wishes.flatMap(({ names }) => names ?? []))];
}

function mayCreate(wishes: readonly MetadataWish[], name: string): boolean {
  return wishes.some(({ names, mayCreate: allows }) => {
    if (allows === false || names?.includes(name) !== true) return false;
    return allows === true || allows(name);
  });
}

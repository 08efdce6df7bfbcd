import { mustStop } from '../../base/assert.ts';
import type { Environment } from '../../base/environment.ts';
import { messageOf, OperationalError } from '../../base/errors.ts';
import type { Logger } from '../../base/logger.ts';
import { TimeSlice } from '../../base/time-slice.ts';
import type { Consumer } from '../../client/index.ts';
import { decodeCommand, type RecordedCommand } from './command.ts';

const POLL_TIMEOUT_MS = 1_000;
/** A partition whose disk does not answer gives nothing, and no reason: a start does not wait for it for ever. */
const SILENCE_MS_MAX = 15_000;
/** The consumer's codes for a batch that it cannot read. */
const UNREADABLE: ReadonlySet<string> = new Set(['CORRUPT_RECORD', 'RECORD_TOO_LARGE']);

interface CommandReplayOptions {
  readonly environment: Environment;
  readonly logger: Logger;
  readonly consumer: Consumer;
  readonly topic: string;
  /** `ksql.command.topic.skip.damage` */
  readonly skipDamage: boolean;
  /** Whether commands are told with their bytes. */
  readonly keepsBytes: boolean;
  readonly onRead: (count: number, total: number) => void;
  /** The offset behind the last command that this server has seen in an earlier life; 0 where nothing is known. */
  readonly seenOffset: number;
}

/**
 * Reads the command topic from its beginning. The commands are the service, and each counts on those before it: what is
 * missing, cannot be read or is no command is named with its offset, and ends the start unless the operator has decided to go
 * on without it. A command that is whole, and that this release cannot carry out, is not lost: see SkippedCommands.
 */
export class CommandReplay {
  readonly #options: CommandReplayOptions;
  readonly #partition: { readonly topic: string; readonly partition: 0 };
  readonly #commands: RecordedCommand[] = [];
  /** The offset of the next command to come. */
  #expected = 0;
  #heardMs: number;

  constructor(options: CommandReplayOptions) {
    this.#options = options;
    this.#partition = { topic: options.topic, partition: 0 };
    this.#heardMs = options.environment.clock.monotonicMs();
  }

  /** @throws {OperationalError} `COMMAND_TOPIC_DAMAGED`. */
  async run(): Promise<readonly RecordedCommand[]> {
    const { consumer } = this.#options;
    consumer.assign([this.#partition]);
    const [first, end] = await this.#bounds();
    if (first > 0) this.#onDamage(first, 'they are missing');
    consumer.seek(this.#partition, this.#expected);
    const slice = new TimeSlice(this.#options.environment);
    while (this.#expected < end) {
      try {
        for (const { records } of await consumer.poll(POLL_TIMEOUT_MS)) {
          for (const { offset, key, value } of records) {
            if (slice.isOver) await slice.next();
            this.#take(offset, key, value);
          }
        }
        await this.#passOverMarkers();
        this.#options.onRead(this.#expected - first, end - first);
        this.#checkSilence(end);
      } catch (error) {
        if (!(error instanceof OperationalError) || !UNREADABLE.has(error.code)) throw error;
        const at = await consumer.position(this.#partition);
        this.#onDamage(Math.max(this.#expected, at) + 1, error.message);
        consumer.seek(this.#partition, this.#expected);
      }
    }
    const { seenOffset } = this.#options;
    if (this.#expected < seenOffset) {
      this.#onDamage(seenOffset, 'this server has carried them out, and the topic ends before them');
    }
    return this.#commands;
  }

  async #bounds(): Promise<readonly [first: number, end: number]> {
    const { consumer, topic } = this.#options;
    try {
      const [first] = await consumer.beginningOffsets([this.#partition]);
      const [end] = await consumer.endOffsets([this.#partition]);
      return [first?.offset ?? 0, end?.offset ?? 0];
    } catch (error) {
      if (!(error instanceof OperationalError)) throw error;
      throw damaged(`the command topic ${topic} cannot be read: ${error.message}`);
    }
  }

  #take(offset: number, key: Buffer | null, value: Buffer | null): void {
    this.#heardMs = this.#options.environment.clock.monotonicMs();
    if (offset < this.#expected) return;
    const decoded = this.#decoded(key, value);
    const isForeign = 'foreign' in decoded || this.#isBehindForeign;
    if (offset > this.#expected && !isForeign) this.#onDamage(offset, 'they are missing');
    if ('unreadable' in decoded) {
      this.#onDamage(offset + 1, decoded.unreadable);
      return;
    }
    const bytes = this.#options.keepsBytes && key !== null && value !== null ? { key, value } : undefined;
    this.#commands.push({ ...decoded, offset, ...(bytes === undefined ? {} : { bytes }) });
    this.#expected = offset + 1;
  }

  #decoded(
    key: Buffer | null,
    value: Buffer | null,
  ): ReturnType<typeof decodeCommand> | { readonly unreadable: string } {
    try {
      return decodeCommand(key, value);
    } catch (error) {
      if (mustStop(error)) throw error;
      return { unreadable: messageOf(error) };
    }
  }

  /** ksqlDB records each statement in a transaction, whose end is a record that nobody reads, and may abort it. */
  get #isBehindForeign(): boolean {
    return this.#commands.at(-1)?.foreign !== undefined;
  }

  /** Behind the last command there may be the end of its transaction. */
  async #passOverMarkers(): Promise<void> {
    if (!this.#isBehindForeign) return;
    const position = await this.#options.consumer.position(this.#partition);
    this.#expected = Math.max(this.#expected, position);
  }

  /** Commands up to `nextOffset` are lost. */
  #onDamage(nextOffset: number, reason: string): void {
    const { topic, skipDamage, logger } = this.#options;
    const fromOffset = this.#expected;
    const last = nextOffset - 1;
    const which = fromOffset === last ? `offset ${last}` : `offsets ${fromOffset} to ${last}`;
    if (!skipDamage) {
      throw damaged(
        `the command topic ${topic} is damaged at ${which}: ${reason}; restore it from a copy, or set ` +
          'ksql.command.topic.skip.damage=true to start with the statements that can be read',
      );
    }
    logger.error('statements were lost: the command topic is damaged', {
      topic,
      fromOffset,
      toOffset: last,
      reason,
    });
    this.#expected = nextOffset;
  }

  #checkSilence(end: number): void {
    const { environment, topic } = this.#options;
    if (this.#expected >= end || environment.clock.monotonicMs() - this.#heardMs < SILENCE_MS_MAX) return;
    throw damaged(
      `the command topic ${topic} cannot be read from offset ${this.#expected} on: nothing comes`,
    );
  }
}

/** Part of the topic is missing or cannot be read, and nobody has said that the service may do without it. */
function damaged(message: string): OperationalError {
  return new OperationalError('COMMAND_TOPIC_DAMAGED', message, { retriable: false });
}

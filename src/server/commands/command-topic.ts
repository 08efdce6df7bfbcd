import { mustStop } from '../../base/assert.ts';
import type { Environment } from '../../base/environment.ts';
import { type AssertionFailure, messageOf, OperationalError } from '../../base/errors.ts';
import { Lifecycle } from '../../base/lifecycle.ts';
import { type Admin, Consumer, Producer } from '../../client/index.ts';
import type { Logger } from '../../base/logger.ts';
import {
  type Command,
  decodeCommand,
  encodeCommand,
  type NewCommand,
  type RecordedCommand,
} from './command.ts';
import type { CommandBackup } from './command-backup.ts';
import { CommandOrder } from './command-order.ts';
import { CommandProgress } from './command-progress.ts';
import type { KafkaAbsence } from './kafka-absence.ts';
import { findCommandTopic } from './find-command-topic.ts';
import { waitFor } from './wait-for.ts';
import { CommandReplay } from './command-replay.ts';
import { withUnreadableState } from './ksqldb-state.ts';
import { prefixOfService } from './restore-command-topic.ts';

const POLL_TIMEOUT_MS = 1_000;
const API_TIMEOUT_MS = 15_000;
/** How long closing waits for a command that is being applied, and for one that is being recorded. */
const CLOSE_MS_MAX = 2_000;

interface CommandTopicOptions {
  readonly environment: Environment;
  readonly bootstrapServers: string;
  /** Finds the topic, and makes it where it is missing. */
  readonly admin: Pick<Admin, 'listTopics' | 'createTopics'>;
  readonly topic: string;
  /** Of the topic, where it is made and they are not the cluster's. */
  readonly replicas: { readonly count?: number; readonly minInSync?: number };
  readonly logger: Logger;
  /** How long a statement waits for the cluster, and whether it is there. */
  readonly kafka: KafkaAbsence;
  /** `ksql.command.topic.skip.damage` */
  readonly skipDamage: boolean;
  /** Where all commands are copied that are carried out; undefined where that is not wanted. */
  readonly backup: CommandBackup | undefined;
  /** Where it is noted how far this server has followed the topic. */
  readonly progressFile: string;
  /** Told how many commands have been read at start-up, and how many there are. */
  readonly onRead: (count: number, total: number) => void;
  /** Plans a new command that ksqlDB has recorded. Never rejects: one that cannot be planned has an obstacle. */
  readonly planForeign: (recorded: RecordedCommand) => Promise<RecordedCommand>;
  /** Given all commands that were recorded before, at start-up. */
  readonly restore: (commands: readonly RecordedCommand[]) => Promise<void>;
  /**
   * Carries out a new command; called in the order of the topic. What later ones are planned on has changed when it
   * returns, or nothing has when it throws. The rest goes on meanwhile, and its answer goes to who appended the command.
   */
  readonly apply: (command: Command) => Promise<unknown>;
  /** Told of a new command that this release cannot read the plan of. */
  readonly onSkipped: (recorded: RecordedCommand, reason: string) => void;
  /** Told of a command that cannot be read or of a topic that is gone; nothing is applied afterwards. */
  readonly onFailure: (error: Error) => void;
}

/** A command that was applied here. */
interface AppliedCommand {
  /** What carrying it out answers, or throws; undefined where another command got ahead of it, and it is not applied. */
  readonly done: Promise<unknown> | undefined;
}

interface Waiter {
  resolve(applied: AppliedCommand): void;
  reject(error: unknown): void;
}

/**
 * The record of what the SQL service is: every statement that changed it, in order. A server replays it when it
 * starts, and afterwards applies what is appended, by itself or by another server of the same service.
 */
export class CommandTopic {
  readonly #options: CommandTopicOptions;
  readonly #life: Lifecycle;
  readonly #consumer: Consumer;
  readonly #producer: Producer;
  /** Appended here and not applied yet, by offset. */
  readonly #waiters = new Map<number, Waiter>();
  /** The consumer may be faster than the producer's acknowledgement: applied before `append` knew the offset. */
  readonly #early = new Map<number, AppliedCommand>();
  readonly #order = new CommandOrder();
  #progress: CommandProgress | undefined;
  #appending = 0;
  #loop: Promise<void> = Promise.resolve();
  #failure: Error | undefined;

  constructor(options: CommandTopicOptions) {
    const { environment, bootstrapServers, logger } = options;
    this.#options = options;
    this.#life = new Lifecycle('the command topic', { timers: environment.timers, logger });
    const common = { environment, bootstrapServers, clientId: 'millrace-sql-commands' };
    this.#consumer = new Consumer({
      ...common,
      autoCommit: false,
      autoOffsetReset: 'none',
      // ksqlDB records each statement in a transaction.
      isolationLevel: 'read_committed',
      defaultApiTimeoutMs: API_TIMEOUT_MS,
    });
    const { timeoutMs } = options.kafka;
    this.#producer = new Producer({
      ...common,
      acks: 'all',
      // Commands are recorded one at a time.
      lingerMs: 0,
      blockMsMax: timeoutMs,
      deliveryTimeoutMs: timeoutMs,
      requestTimeoutMs: timeoutMs,
    });
    this.#life.add({ name: 'the producer of statements', close: () => this.#closeProducer() });
    this.#life.add({ name: 'the consumer of statements', close: () => this.#consumer.close() });
    this.#life.add({
      name: 'a statement that is carried out',
      close: () => this.#endFollowing(),
      closeMsMax: CLOSE_MS_MAX,
    });
  }

  /**
   * Opens the topic, creating it where it is missing, hands over all that it holds, and follows it from there on. Closing
   * it ends this, too.
   * @throws {OperationalError} `COMMAND_TOPIC_DAMAGED`.
   */
  async open(): Promise<void> {
    const { environment } = this.#options;
    const { signal } = this.#life;
    await this.#replay(await findCommandTopic({ ...this.#options, timers: environment.timers, signal }));
    this.#loop = this.#follow();
  }

  get topic(): string {
    return this.#options.topic;
  }

  /** What a command is planned for that is planned now. */
  get plannedAtOffset(): number {
    return this.#order.plannedAtOffset;
  }

  /**
   * Records a command, and resolves when it was applied here: what is planned then is planned on what it has left.
   * @param onRecorded called when it is in the topic: what is thrown afterwards does not take it back.
   */
  async append(command: NewCommand, onRecorded: () => void = () => undefined): Promise<AppliedCommand> {
    if (this.#failure !== undefined) throw this.#failure;
    const offset = await this.#send(command);
    onRecorded();
    const applied = new Promise<AppliedCommand>((resolve, reject) => {
      const early = this.#early.get(offset);
      this.#early.delete(offset);
      if (early !== undefined) resolve(early);
      // The following has ended while the offset was on its way.
      else if (this.#failure !== undefined) reject(this.#failure);
      else this.#waiters.set(offset, { resolve, reject });
    });
    const { kafka, environment } = this.#options;
    return waitFor(applied, {
      timers: environment.timers,
      everyMs: kafka.timeoutMs,
      what: 'the statement is recorded, and its record',
      against: () => kafka.error('the statement is recorded, and will be applied when the cluster is there'),
    });
  }

  /**
   * Ends the following of the topic. A command that is being applied gets a moment; one that waits for a cluster that does
   * not answer ends when what it waits with is closed, see {@link ended}.
   */
  close(): Promise<void> {
    return this.#life.close(closed());
  }

  /** Resolves when nothing is applied any more. */
  get ended(): Promise<void> {
    return this.#loop;
  }

  #endFollowing(): Promise<void> {
    this.#consumer.wakeup();
    this.#rejectAll(closed());
    return this.#loop;
  }

  #closeProducer(): Promise<void> {
    return this.#producer.close({ timeoutMs: CLOSE_MS_MAX });
  }

  async #send(command: NewCommand): Promise<number> {
    if (this.#appending === 0) this.#early.clear();
    this.#appending += 1;
    try {
      const { topic } = this.#options;
      const { offset } = await this.#producer.sendAndWait({ topic, partition: 0, ...encodeCommand(command) });
      return offset;
    } finally {
      this.#appending -= 1;
    }
  }

  async #replay(topicId: string | undefined): Promise<void> {
    const { environment, logger, progressFile: file, backup } = this.#options;
    if (topicId !== undefined) {
      this.#progress = new CommandProgress({ disk: environment.disk, file, topicId, logger });
    }
    const seenOffset = this.#progress?.read() ?? 0;
    const commands = await new CommandReplay({
      ...this.#options,
      consumer: this.#consumer,
      seenOffset,
      keepsBytes: backup !== undefined,
    }).run();
    const applied = commands.filter((recorded) => {
      if (this.#order.isOvertaken(recorded)) return false;
      this.#order.carriedOut(recorded);
      return true;
    });
    this.#life.signal.throwIfAborted();
    backup?.compare(applied.flatMap(({ bytes }) => bytes ?? []));
    const prefix = prefixOfService(this.topic);
    const readable = await withUnreadableState(applied, { ...this.#options, prefix });
    await this.#options.restore(readable.map(({ bytes: _, ...recorded }) => recorded));
    // Where damage was passed over, the topic goes on before what was seen.
    this.#progress?.note((commands.at(-1)?.offset ?? -1) + 1);
  }

  async #follow(): Promise<void> {
    while (!this.#life.isClosing && this.#failure === undefined) {
      try {
        await this.#applyNext();
      } catch (error) {
        if (!this.#life.isClosing && this.#failure === undefined)
          this.#fail(error instanceof Error ? error : new Error(String(error)));
        return;
      }
    }
  }

  async #applyNext(): Promise<void> {
    for (const { records } of await this.#consumer.poll(POLL_TIMEOUT_MS)) {
      for (const { offset, key, value } of records) {
        if (this.#failure !== undefined) return;
        const recorded = { ...decodeCommand(key, value), offset };
        this.#backUp(recorded, key, value);
        const isForeign = recorded.foreign !== undefined;
        // Nothing is carried out meanwhile: it is planned on what all commands before it have left.
        this.#applyOne(isForeign ? await this.#options.planForeign(recorded) : recorded);
      }
    }
  }

  #backUp(recorded: RecordedCommand, key: Buffer | null, value: Buffer | null): void {
    const { backup } = this.#options;
    if (backup === undefined || key === null || value === null || this.#order.isOvertaken(recorded)) return;
    backup.write({ key, value });
  }

  #applyOne(recorded: RecordedCommand): void {
    const { offset } = recorded;
    const done = this.#order.isOvertaken(recorded) ? undefined : this.#carryOut(recorded);
    // What it threw goes to whoever waits for it, too.
    done?.catch((error: unknown) => this.#onRefused(recorded, error));
    this.#progress?.note(offset + 1);
    const waiter = this.#waiters.get(offset);
    this.#waiters.delete(offset);
    if (waiter !== undefined) waiter.resolve({ done });
    else if (this.#appending > 0) this.#early.set(offset, { done });
  }

  #carryOut(recorded: RecordedCommand): Promise<unknown> | undefined {
    if (recorded.obstacle !== undefined) {
      this.#options.onSkipped(recorded, recorded.obstacle);
      this.#order.carriedOut(recorded);
      return undefined;
    }
    let done: Promise<unknown>;
    try {
      done = this.#options.apply(recorded.command);
    } catch (error) {
      if (mustStop(error)) this.#stopFor(error);
      done = Promise.reject(error);
    }
    // Not before: what is planned behind this command is planned on what it has left.
    this.#order.carriedOut(recorded);
    return done;
  }

  #onRefused(recorded: RecordedCommand, error: unknown): void {
    // What later commands would work on is broken.
    if (mustStop(error)) this.#stopFor(error);
    else if (recorded.command.plan !== null) this.#options.onSkipped(recorded, messageOf(error));
  }

  #stopFor(failure: AssertionFailure): void {
    failure.stopped = 'the carrying out of statements';
    this.#fail(failure);
    this.#consumer.wakeup();
  }

  #fail(failure: Error): void {
    if (this.#failure !== undefined) return;
    this.#failure = failure;
    this.#rejectAll(failure);
    this.#options.onFailure(failure);
  }

  #rejectAll(error: Error): void {
    for (const waiter of this.#waiters.values()) waiter.reject(error);
    this.#waiters.clear();
  }
}

function closed(): OperationalError {
  return new OperationalError('CLOSED', 'the SQL server is shutting down', { retriable: true });
}

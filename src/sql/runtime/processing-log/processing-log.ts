import type { Environment } from '../../../base/environment.ts';
import { messageOf } from '../../../base/errors.ts';
import type { Logger } from '../../../base/logger.ts';
import { RepeatedWarnings } from '../../../base/repeated-warnings.ts';
import type { SharedConnections } from '../../../client/cluster/shared-connections.ts';
import { Producer } from '../../../client/producer/producer.ts';
import type { LogMessage } from './entries.ts';

/** Where the processing log is written; plain data. */
export interface ProcessingLogTopic {
  readonly topic: string;
  /** `ksql.logging.processing.rows.include`: whether entries have the rows that they are about. */
  readonly includesRows: boolean;
}

/** Entries that wait longer for the cluster than this are given up. */
const DELIVERY_MS_MAX = 30_000;
/** Bytes of entries that wait for the cluster: what comes beside them is dropped. */
const WAITING_BYTES_MAX = 4 * 1024 * 1024;
const LINGER_MS = 50;
/** What waits for the cluster when the queries have ended. */
const CLOSE_MS_MAX = 1_000;

interface ProcessingLogOptions extends ProcessingLogTopic {
  readonly environment: Environment;
  readonly bootstrapServers: string | readonly string[];
  readonly logger: Logger;
}

/**
 * The processing log of the queries of a thread: an entry a row that fails, as JSON in ksqlDB's form. Nobody waits for it: where
 * the cluster does not take entries as fast as they come, some are lost, and the server's log says so.
 */
export class ProcessingLog {
  readonly #options: ProcessingLogOptions;
  readonly #connections: SharedConnections;
  readonly #warnings: RepeatedWarnings;
  #producer: Producer | undefined;
  #waitingBytes = 0;
  #isClosed = false;

  constructor(options: ProcessingLogOptions, connections: SharedConnections) {
    this.#options = options;
    this.#connections = connections;
    this.#warnings = new RepeatedWarnings(options.logger, options.environment);
  }

  get includesRows(): boolean {
    return this.#options.includesRows;
  }

  /** Writes an entry. @param logger its place: the query and the part of it, `CSAS_X_1.Project`. */
  write(logger: string, message: LogMessage): void {
    if (this.#isClosed) return;
    const { environment, topic } = this.#options;
    const time = environment.clock.nowMs();
    const value = JSON.stringify({ level: 'ERROR', logger: `processing.${logger}`, time, message });
    const bytes = value.length;
    if (this.#waitingBytes + bytes > WAITING_BYTES_MAX) return this.#lost('too many of them wait');
    this.#waitingBytes += bytes;
    const over = (error: unknown): void => {
      this.#waitingBytes -= bytes;
      if (error !== undefined && error !== null) this.#lost(messageOf(error));
    };
    try {
      this.#open().send({ topic, value }, over);
    } catch (error) {
      over(error);
    }
  }

  /** Gives what waits a moment. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#warnings.flush();
    await this.#producer?.close({ timeoutMs: CLOSE_MS_MAX });
  }

  /** Of queries whose rows are all right there is no producer. */
  #open(): Producer {
    const { environment, bootstrapServers } = this.#options;
    this.#producer ??= new Producer(
      {
        ...{ environment, bootstrapServers },
        clientId: 'millrace-processing-log',
        lingerMs: LINGER_MS,
        deliveryTimeoutMs: DELIVERY_MS_MAX,
        requestTimeoutMs: DELIVERY_MS_MAX - LINGER_MS,
      },
      { connections: this.#connections },
    );
    return this.#producer;
  }

  #lost(reason: string): void {
    this.#warnings.warn('lost', 'entries of the processing log are lost', () => ({ error: reason }));
  }
}

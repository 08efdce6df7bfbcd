import { type ChildProcess, spawn } from 'node:child_process';
import { rivalClassPath } from '../../bench/harness/maven.ts';

export interface CopierOptions {
  readonly bootstrap: string;
  readonly input: string;
  readonly output: string;
  /** The one that is copied; undefined where the members of the group share them. */
  readonly partition?: number;
  readonly groupId: string;
  readonly transactionalId: string;
  /** Records in one transaction, at most. */
  readonly transactionSize: number;
}

/** Longer than a broker takes to come back, and short enough to be waited for. */
const TRANSACTION_TIMEOUT_MS = 20_000;

/**
 * Kafka's own TransactionalMessageCopier: consumes and produces in transactions, aborts every third of them, and ends when it
 * has copied all that is in its input.
 */
export class MessageCopier {
  readonly #child: ChildProcess;
  readonly ended: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
  #text = '';

  constructor(options: CopierOptions) {
    const { partition } = options;
    this.#child = spawn('java', [
      ...['-Xmx128m', '-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', '-cp', rivalClassPath('kafka')],
      'org.apache.kafka.tools.TransactionalMessageCopier',
      ...['--broker-list', options.bootstrap],
      ...['--input-topic', options.input, '--output-topic', options.output],
      ...['--consumer-group', options.groupId, '--transactional-id', options.transactionalId],
      ...['--transaction-size', String(options.transactionSize)],
      ...['--transaction-timeout', String(TRANSACTION_TIMEOUT_MS)],
      // The position of a member is not told by others than itself: of its group it is the generation that fences.
      ...['--enable-random-aborts', '--use-group-metadata'],
      ...(partition === undefined
        ? ['--group-mode', '--input-partition', '-1']
        : ['--input-partition', String(partition)]),
    ]);
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding('utf8').on('data', (chunk: string) => (this.#text += chunk));
    }
    this.ended = new Promise((resolve, reject) => {
      this.#child.once('error', reject);
      this.#child.once('close', (code, signal) => resolve({ code, signal }));
    });
  }

  /** What it has printed last. */
  get lastWords(): string {
    return this.#text.slice(-2_000);
  }

  /** How many records it has copied in transactions that were committed. */
  get copied(): number {
    return Number([...this.#text.matchAll(/"totalProcessed":"?(\d+)/g)].at(-1)?.[1] ?? 0);
  }

  /** kill -9. */
  kill(): void {
    this.#child.kill('SIGKILL');
  }
}

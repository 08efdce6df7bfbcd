import type { Clock } from '../../base/environment.ts';
import { UNLIMITED } from '../config/http-properties.ts';
import type { ServerConfig } from '../config/server-properties.ts';
import type { AnswerSink } from './answer-stream.ts';
import { RestError, RestErrorCode } from './rest-error.ts';

const MS_PER_MINUTE = 60_000;
const MINUTES_PER_HOUR = 60;
const BYTES_PER_MEGABYTE = 1_048_576;

/** What all pull queries of this server, or all push queries, may take together. */
interface QueryLimitOptions {
  readonly clock: Pick<Clock, 'monotonicMs'>;
  /** How messages name them. */
  readonly kind: 'pull' | 'push';
  readonly perSecondMax?: number;
  readonly concurrentMax?: number;
  readonly megabytesPerHourMax?: number;
}

/** Refuses queries that come when those before them have taken what there is. */
export class QueryLimits {
  readonly #options: Required<QueryLimitOptions>;
  /** Queries that may begin at once: those of a second at most. */
  #permits: number;
  #filledMs: number;
  #running = 0;
  /** Bytes that were sent, by minute since the process started. */
  readonly #minutes = new Map<number, number>();
  #hourBytes = 0;

  constructor(options: QueryLimitOptions) {
    this.#options = {
      ...{ perSecondMax: UNLIMITED, concurrentMax: UNLIMITED, megabytesPerHourMax: UNLIMITED },
      ...options,
    };
    this.#permits = this.#options.perSecondMax;
    this.#filledMs = options.clock.monotonicMs();
  }

  /**
   * Called when a query begins.
   * @returns what is called when it has ended.
   * @throws {RestError} 42900 where a limit is reached.
   */
  begin(): () => void {
    const { kind, concurrentMax, perSecondMax } = this.#options;
    if (this.#isOverBandwidth()) throw refusal(`Host is at bandwidth rate limit for ${kind} queries.`);
    if (!this.#takePermit()) {
      throw refusal(
        `Host is at rate limit for ${kind} queries. Currently set to ${perSecondMax} queries per second.`,
      );
    }
    if (this.#running >= concurrentMax) {
      throw refusal(
        `Host is at concurrency limit for ${kind} queries. Currently set to ${concurrentMax} maximum concurrent operations.`,
      );
    }
    this.#running += 1;
    return () => {
      this.#running -= 1;
    };
  }

  /** The same answer, of which all that is sent counts. */
  counted(stream: AnswerSink): AnswerSink {
    if (this.#options.megabytesPerHourMax >= UNLIMITED) return stream;
    const counted = (text: string): string => {
      this.#sent(text.length);
      return text;
    };
    return {
      gone: stream.gone,
      write: (text) => stream.write(counted(text)),
      drained: () => stream.drained(),
      end: (text) => stream.end(counted(text)),
    };
  }

  #sent(bytes: number): void {
    const minute = Math.floor(this.#options.clock.monotonicMs() / MS_PER_MINUTE);
    this.#minutes.set(minute, (this.#minutes.get(minute) ?? 0) + bytes);
    this.#hourBytes += bytes;
  }

  #takePermit(): boolean {
    const { perSecondMax, clock } = this.#options;
    if (perSecondMax >= UNLIMITED) return true;
    const now = clock.monotonicMs();
    this.#permits = Math.min(perSecondMax, this.#permits + ((now - this.#filledMs) * perSecondMax) / 1000);
    this.#filledMs = now;
    if (this.#permits < 1) return false;
    this.#permits -= 1;
    return true;
  }

  #isOverBandwidth(): boolean {
    const { megabytesPerHourMax, clock } = this.#options;
    if (megabytesPerHourMax >= UNLIMITED) return false;
    const first = Math.floor(clock.monotonicMs() / MS_PER_MINUTE) - MINUTES_PER_HOUR;
    for (const [minute, bytes] of this.#minutes) {
      if (minute > first) break;
      this.#minutes.delete(minute);
      this.#hourBytes -= bytes;
    }
    return this.#hourBytes > megabytesPerHourMax * BYTES_PER_MEGABYTE;
  }
}

function refusal(message: string): RestError {
  return new RestError(RestErrorCode.TOO_MANY_REQUESTS, message);
}

/** The limits of a server's settings. */
export function queryLimitsOf(
  settings: ServerConfig,
  { clock }: { readonly clock: Pick<Clock, 'monotonicMs'> },
): { readonly pull: QueryLimits; readonly push: QueryLimits } {
  return {
    pull: new QueryLimits({
      ...{ clock, kind: 'pull' },
      perSecondMax: settings.get('ksql.query.pull.max.qps'),
      concurrentMax: settings.get('ksql.query.pull.max.concurrent.requests'),
      megabytesPerHourMax: settings.get('ksql.query.pull.max.hourly.bandwidth.megabytes'),
    }),
    push: new QueryLimits({
      ...{ clock, kind: 'push' },
      megabytesPerHourMax: settings.get('ksql.query.push.v2.max.hourly.bandwidth.megabytes'),
    }),
  };
}

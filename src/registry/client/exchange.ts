import type { JsonValue } from '../languages/json-text.ts';

export interface ExchangeRequest {
  readonly method: string;
  readonly url: string;
  /** JSON. */
  readonly body: string | undefined;
  /** Beside those of every request; an `authorization` takes the place of the exchange's own one. */
  readonly headers?: Readonly<Record<string, string>>;
}

export interface ExchangeAnswer {
  readonly status: number;
  /** Undefined for a body that is no JSON. */
  readonly json: JsonValue | undefined;
}

/** Sends one request. Rejects where no answer comes. */
export type RegistryExchange = (request: ExchangeRequest) => Promise<ExchangeAnswer>;

import type { JsonValue } from '../languages/json-text.ts';

interface ExchangeRequest {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  /** JSON. */
  readonly body: string | undefined;
}

interface ExchangeAnswer {
  readonly status: number;
  /** Undefined for a body that is no JSON. */
  readonly json: JsonValue | undefined;
}

/** Sends one request. Rejects where no answer comes. */
export type RegistryExchange = (request: ExchangeRequest) => Promise<ExchangeAnswer>;

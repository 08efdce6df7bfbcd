/** A push query of a client, line by line, as they come. */
export interface OpenPush {
  readonly status: number;
  /** The header, rows as texts, and tokens, so far. */
  readonly rows: readonly string[];
  /** The last one that has come. */
  readonly token: string | undefined;
  /** What came that is neither, such as an error at the end. */
  readonly others: readonly string[];
  /** Settled when the answer has ended. */
  readonly ended: Promise<void>;
  readonly close: () => void;
}

interface PushOptions {
  readonly properties?: Readonly<Record<string, unknown>>;
  readonly token?: string | undefined;
}

/** Has a push query be scalable, and tell its tokens. */
export const V2 = {
  'ksql.query.push.v2.enabled': 'true',
  'auto.offset.reset': 'latest',
  'ksql.query.push.v2.continuation.tokens.enabled': 'true',
};

/** Opens a scalable push query; resolves when its header has come, or with the text of a refusal. */
export async function openPush(url: string, sql: string, options: PushOptions = {}): Promise<OpenPush> {
  const { properties = {}, token } = options;
  const left = new AbortController();
  const requestProperties =
    token === undefined ? {} : { 'request.ksql.query.push.continuation.token': token };
  const response = await fetch(`${url}/query-stream`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ sql, properties: { ...V2, ...properties }, requestProperties }),
    signal: left.signal,
  });
  const rows: string[] = [];
  const others: string[] = [];
  let last: string | undefined;
  const take = (line: string): void => {
    const parsed = JSON.parse(line) as { readonly continuationToken?: string };
    if (line.startsWith('[')) rows.push(line);
    else if (parsed.continuationToken !== undefined) last = parsed.continuationToken;
    else others.push(line);
  };
  let began: () => void = () => undefined;
  const begun = new Promise<void>((resolve) => (began = resolve));
  const read = async (): Promise<void> => {
    const decoder = new TextDecoder();
    let rest = '';
    for await (const chunk of response.body ?? []) {
      const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) if (line !== '') take(line);
      began();
    }
    if (rest !== '') take(rest);
  };
  const ended = read()
    .catch(() => undefined)
    .then(() => began());
  await begun;
  return {
    status: response.status,
    rows,
    others,
    get token() {
      return last;
    },
    ended,
    close: () => left.abort(),
  };
}

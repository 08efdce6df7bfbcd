import { messageOf } from '../../base/errors.ts';
import { StreamsFailure } from '../../streams/runtime/failures.ts';
import { nearestName } from '../../base/nearest-name.ts';
import type { MemoryRegistry } from './memory-registry.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { FunctionRegistry } from '../functions/registry.ts';
import { registerSchemas } from './case-schemas.ts';
import { CaseEngine, ScriptError } from './case-engine.ts';
import { topicsOf } from './case-query.ts';
import type { CaseTopics, StubRecord } from './case-topics.ts';
import type { CaseRecord, ExpectedException, TestCase } from './case.ts';
import { difference } from './compare.ts';
import { checkPost } from './post-conditions.ts';
import { decodeSide, decodeWindow, encodeSide, encodeWindow } from './record-bytes.ts';
import { printJson } from './lossless-json.ts';
import { causeClass, isInstance, thrownClass } from './thrown-class.ts';

export interface CaseResult {
  readonly name: string;
  readonly passed: boolean;
  /** The first difference, of a case that failed. */
  readonly problem?: string;
  /** The case expects an error: `rejected` when there was one, whatever its text. */
  readonly expectsError: boolean;
  readonly rejected: boolean;
  readonly formats: ReadonlySet<string>;
  /** Where the test is written, or what of it failed: `path:line`. */
  readonly place?: string;
  /** The line of its script that failed. */
  readonly line?: number;
}

/** Runs one case, in an engine of its own. Never throws. */
export async function runCase(test: TestCase, functions: FunctionRegistry): Promise<CaseResult> {
  const { name, formats, expectedException } = test;
  const base = { name, formats, expectsError: expectedException !== undefined, rejected: false };
  const flaw = flawOf(test);
  if (flaw !== undefined) return { ...base, passed: false, problem: flaw };
  try {
    const problem = await execute(test, functions);
    if (expectedException !== undefined) {
      return { ...base, passed: false, problem: `expected an error: ${expectedException.message ?? 'any'}` };
    }
    return problem === undefined ? { ...base, passed: true } : { ...base, passed: false, problem };
  } catch (error) {
    const message = messagesOf(error);
    if (expectedException === undefined) return { ...base, passed: false, problem: message };
    if (error instanceof ScriptError && !error.isLast) {
      return { ...base, passed: false, problem: `failed before the last statement: ${message}` };
    }
    const problem = unlikeExpected(expectedException, error);
    const passed = problem === undefined;
    return { ...base, rejected: true, passed, ...(passed ? {} : { problem }) };
  }
}

/** What of a failure is not as the case expects it. */
function unlikeExpected(expected: ExpectedException, error: unknown): string | undefined {
  const thrown = thrownOf(error);
  const problem = (what: string, wanted: string, got: string): string =>
    `expected the ${what}\n    ${wanted}\n  got\n    ${got}`;
  const { message, causeMessage, type, cause } = expected;
  if (message !== undefined && !thrown.message.includes(message)) {
    return problem('error', message, thrown.message);
  }
  if (type !== undefined && !isInstance(thrown.type, type)) return problem('exception', type, thrown.type);
  if (cause !== undefined && !isInstance(thrown.cause ?? '', cause)) {
    return problem('exception as its cause', cause, thrown.cause ?? 'none');
  }
  if (causeMessage !== undefined && !(thrown.causeMessage ?? '').includes(causeMessage)) {
    return problem('cause', causeMessage, thrown.causeMessage ?? 'none');
  }
  return undefined;
}

interface Thrown {
  readonly type: string;
  readonly message: string;
  readonly cause?: string;
  readonly causeMessage?: string;
}

/** A failure in ksqlDB's terms. */
function thrownOf(error: unknown): Thrown {
  const isStatement = error instanceof ScriptError;
  const type = thrownClass(isStatement ? error.stage : 'run', messageOf(error));
  const message = messagesOf(error);
  const cause = !(error instanceof Error) || isStatement ? undefined : error.cause;
  return cause === undefined
    ? { type, message }
    : {
        ...{ type, message: `${headingOf(error)}${messageOf(error)}` },
        ...{ cause: causeClass(cause), causeMessage: messageOf(cause) },
      };
}

/** Before what a query met with a record, Kafka Streams has words of its own. */
function headingOf(error: unknown): string {
  return error instanceof StreamsFailure && error.kind === 'processing'
    ? 'Exception caught in process: '
    : '';
}

/** Why a case is not run: it would pass whatever the engine does. */
export function flawOf({ flaw, statements }: TestCase): string | undefined {
  return flaw ?? (statements.join('').trim() === '' ? 'it has no statements' : undefined);
}

/** An error's text with its statement behind it, and the texts of what caused it. */
function messagesOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const statement = error instanceof ScriptError ? `\nStatement: ${error.text}` : '';
  const cause =
    error.cause === undefined || error instanceof ScriptError
      ? ''
      : `\nCaused by: ${messagesOf(error.cause)}`;
  const name = error instanceof ScriptError || error.name === 'DiagnosticError' ? '' : `${error.name}: `;
  return `${name}${error.message}${statement}${cause}`;
}

async function execute(test: TestCase, functions: FunctionRegistry): Promise<string | undefined> {
  const engine = new CaseEngine({ functions, properties: test.properties, topics: test.topics });
  try {
    return await executeOn(engine, test);
  } finally {
    await engine.close();
  }
}

async function executeOn(engine: CaseEngine, test: TestCase): Promise<string | undefined> {
  registerSchemas(test, engine);
  await engine.execute(test.statements.join('\n'));
  const unread = unreadInput(test, engine);
  if (unread !== undefined) return unread;
  const inputs = test.inputs.map((record) => ({ topic: record.topic, record: encode(record, engine) }));
  for (const { topic, record } of inputs) engine.host.write(topic, record);
  engine.run(inputs);
  const exact = test.properties['use.exact.numeric.comparison'] !== 'false';
  return (
    checkOutputs(
      test,
      { catalog: engine.catalog, topics: engine.host.topics, registry: engine.host.registry },
      { exact, isPrefix: false },
    ) ??
    unlistedOutput(test, engine) ??
    (test.post === undefined ? undefined : checkPost(test.post, engine))
  );
}

/** An input that no statement of the case reads. */
export function unreadInput({ inputs }: TestCase, { catalog, queries }: CaseEngine): string | undefined {
  const read = new Set([...catalog.sources().map(({ topic }) => topic.name), ...queries.flatMap(topicsOf)]);
  const at = inputs.findIndex(({ topic }) => !read.has(topic));
  const topic = inputs[at]?.topic;
  if (topic === undefined) return undefined;
  const meant = nearestName(topic, read);
  const hint = meant === undefined ? '' : `; did you mean ${meant}?`;
  return `inputs[${at}]: nothing reads the topic ${topic}${hint}`;
}

/** A topic at the end of a query on which rows came, and which a case that lists its outputs does not name. */
function unlistedOutput({ outputs }: TestCase, engine: CaseEngine): string | undefined {
  const listed = new Set(outputs.map(({ topic }) => topic));
  const read = new Set(engine.queries.flatMap(topicsOf));
  for (const { root } of engine.queries) {
    if (root.step !== 'sink' || listed.has(root.topic) || read.has(root.topic)) continue;
    const count = engine.host.topics.records(root.topic).length;
    if (count > 0) return `${root.topic}: ${count} records came that no output names`;
  }
  return undefined;
}

function encode(record: CaseRecord, engine: CaseEngine): StubRecord {
  const { registry } = engine.host;
  const source = engine.catalog.sources().find(({ topic }) => topic.name === record.topic);
  return {
    key: encodeWindow(encodeSide('key', source, record.key, registry), record.window),
    value: encodeSide('value', source, record.value, registry),
    timestamp: record.timestamp ?? 0,
    headers: record.headers ?? [],
  };
}

/** Compares the topics that a case expects records in; with `isPrefix` they may hold more behind those. */
export function checkOutputs(
  test: TestCase,
  {
    catalog,
    topics,
    registry,
  }: {
    readonly catalog: Catalog;
    readonly topics: Pick<CaseTopics, 'records'>;
    readonly registry: MemoryRegistry;
  },
  { exact, isPrefix }: { readonly exact: boolean; readonly isPrefix: boolean },
): string | undefined {
  for (const topic of new Set(test.outputs.map((output) => output.topic))) {
    const expected = test.outputs.filter((record) => record.topic === topic);
    const actual = topics.records(topic);
    const source = catalog.sources().find((candidate) => candidate.topic.name === topic);
    const shown = (record: StubRecord): string => {
      const { key, window } = decodeWindow(record.key, source?.topic.keyFormat.window);
      const bounds = window === undefined ? '' : `[${window.startMs}-${window.endMs}]`;
      return `${printJson(decodeSide('key', source, key, registry))}${bounds} -> ${printJson(decodeSide('value', source, record.value, registry))} @${record.timestamp}`;
    };
    for (let index = 0; index < Math.min(expected.length, actual.length); index++) {
      const wanted = expected[index];
      const got = actual[index];
      if (wanted === undefined || got === undefined) break;
      const found = checkRecord(wanted, got, { source, exact, registry });
      if (found !== undefined) return `${topic}[${index}] ${found}; got ${shown(got)}`;
    }
    if (isPrefix && actual.length > expected.length) continue;
    if (expected.length !== actual.length) {
      const extra = actual[expected.length];
      const first = extra === undefined ? '' : `; the first one too many is ${shown(extra)}`;
      return `${topic}: expected ${expected.length} records, got ${actual.length}${first}`;
    }
  }
  return undefined;
}

function checkRecord(
  expected: CaseRecord,
  actual: StubRecord,
  {
    source,
    exact,
    registry,
  }: {
    readonly source: Parameters<typeof decodeSide>[1];
    readonly exact: boolean;
    readonly registry: MemoryRegistry;
  },
): string | undefined {
  const { key, window } = decodeWindow(actual.key, source?.topic.keyFormat.window);
  const keys = difference(expected.key, decodeSide('key', source, key, registry), 'key', exact);
  if (keys !== undefined) return keys;
  const values = difference(
    expected.value,
    decodeSide('value', source, actual.value, registry),
    'value',
    exact,
  );
  if (values !== undefined) return values;
  if (expected.timestamp !== undefined && expected.timestamp !== actual.timestamp) {
    return `timestamp: expected ${expected.timestamp}, got ${actual.timestamp}`;
  }
  if (expected.window === undefined && window !== undefined) {
    return `window: expected none, got ${window.startMs}-${window.endMs}`;
  }
  if (expected.window !== undefined) {
    const { startMs, endMs, type } = expected.window;
    const same =
      window?.startMs === startMs && window.type === type && (endMs === undefined || window.endMs === endMs);
    if (!same) return `window: expected ${startMs}-${endMs}, got ${window?.startMs}-${window?.endMs}`;
  }
  const headers = (list: readonly { key: string; value: Buffer | null }[]): string =>
    list.map((header) => `${header.key}=${header.value?.toString('base64') ?? 'null'}`).join(', ');
  const [wanted, got] = [headers(expected.headers ?? []), headers(actual.headers)];
  return wanted === got ? undefined : `headers: expected [${wanted}], got [${got}]`;
}

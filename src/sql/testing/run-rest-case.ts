import { messageOf } from '../../base/errors.ts';
import type { SubjectSchema } from '../../serde/schemas/registered-schema.ts';
import type { FunctionRegistry } from '../functions/registry.ts';
import { CaseCluster } from './case-cluster.ts';
import { CaseEngine, ScriptError } from './case-engine.ts';
import { registerAtServer } from './case-registrations.ts';
import { registerListed } from './case-schemas.ts';
import { CaseTopics } from './case-topics.ts';
import type { CaseServer, StartCaseServer } from './case-server.ts';
import type { CaseRecord } from './case.ts';
import { MemoryRegistry } from './memory-registry.ts';
import { encodeSide, encodeWindow } from './record-bytes.ts';
import { protobufTexts } from './protobuf-text.ts';
import { compareAnswer, compareEntities } from './rest-answer.ts';
import { type ExpectedRefusal, type RestCase, topicsBefore } from './rest-case.ts';
import { Refusal, RestSession } from './rest-session.ts';
import { type CaseResult, checkOutputs, flawOf, unreadInput } from './run-case.ts';
import { isInstance } from './thrown-class.ts';

/** What the server of these cases is set to. */
const SERVER_PROPERTIES = {
  'ksql.query.push.v2.enabled': 'true',
  'ksql.streams.auto.offset.reset': 'earliest',
  'ksql.streams.commit.interval.ms': '10',
  // Every update is to be seen.
  'ksql.streams.statestore.cache.max.bytes': '0',
};

interface RestCaseOptions {
  readonly functions: FunctionRegistry;
  readonly startServer: StartCaseServer;
}

/** Runs a case against a server of its own. Never throws. */
export async function runRestCase(rest: RestCase, options: RestCaseOptions): Promise<CaseResult> {
  const { test, expectedRefusal } = rest;
  const base = { name: test.name, formats: test.formats, expectsError: expectedRefusal !== undefined };
  const failed = (problem: string): CaseResult => ({ ...base, rejected: false, passed: false, problem });
  const flaw = flawOf(test) ?? answerFlaw(rest);
  if (flaw !== undefined) return failed(flaw);
  const known = await declaredBy(rest, options.functions);
  const unread = expectedRefusal === undefined ? unreadInput(test, known) : undefined;
  if (unread !== undefined) return failed(unread);
  let run: RestRun | undefined;
  try {
    const server = await options.startServer(SERVER_PROPERTIES);
    run = new RestRun(rest, known, server);
    const problem = await run.execute();
    if (expectedRefusal !== undefined) return failed(`expected an error: ${expectedRefusal.message}`);
    return problem === undefined ? { ...base, rejected: false, passed: true } : failed(problem);
  } catch (error) {
    if (!(error instanceof Refusal)) return failed(messageOf(error));
    const problem = expectedRefusal === undefined ? error.message : unlikeExpected(expectedRefusal, error);
    const passed = problem === undefined;
    return { ...base, rejected: true, passed, ...(passed ? {} : { problem }) };
  } finally {
    await run?.close();
  }
}

const isSelect = (statement: string): boolean => /^\s*SELECT\s/i.test(statement);

/** A case without an answer for each of its SELECTs would pass whatever they answer. */
function answerFlaw({ test, answers, expectedRefusal }: RestCase): string | undefined {
  const selects = test.statements.filter(isSelect).length;
  if (expectedRefusal !== undefined || answers.length === selects) return undefined;
  return `expected ${answers.length} responses, and there are ${selects} SELECTs`;
}

/** The sources that the case declares: the formats by which its records are written and read. */
async function declaredBy({ test }: RestCase, functions: FunctionRegistry): Promise<CaseEngine> {
  const engine = new CaseEngine({ functions, properties: test.properties, topics: test.topics });
  registerListed(test.topics, engine);
  try {
    await engine.execute(test.statements.filter((statement) => !isSelect(statement)).join('\n'));
  } catch (error) {
    // Whether it is right that a statement is refused, the server says.
    if (!(error instanceof ScriptError)) throw error;
  }
  return engine;
}

function unlikeExpected({ type, message, status }: ExpectedRefusal, refusal: Refusal): string | undefined {
  if (!refusal.message.includes(message)) {
    return `expected the error\n    ${message}\n  got\n    ${refusal.message}`;
  }
  if (type !== undefined && !isInstance(refusal.type, type))
    return `expected ${type}, got ${refusal.type}: ${refusal.message}`;
  if (status !== undefined && status !== refusal.status)
    return `expected status ${status}, got ${refusal.status}`;
  return undefined;
}

/** One case on one server. */
class RestRun {
  readonly #rest: RestCase;
  readonly #known: CaseEngine;
  readonly #server: CaseServer;
  readonly #cluster: CaseCluster;
  readonly #session: RestSession;

  constructor(rest: RestCase, known: CaseEngine, server: CaseServer) {
    this.#rest = rest;
    this.#known = known;
    this.#server = server;
    this.#cluster = new CaseCluster(server.bootstrapServers);
    this.#session = new RestSession(server.url, rest.test.properties);
  }

  /** The statements before the first SELECT as one request, then the records, then one SELECT after the other. */
  async execute(): Promise<string | undefined> {
    const { test, entities, answers, queryFirst, expectedRefusal } = this.#rest;
    const first = test.statements.findIndex(isSelect);
    const count = first < 0 ? test.statements.length : first;
    await this.#cluster.createTopics(topicsBefore(test));
    await registerAtServer(test.topics, this.#server.url);
    if (count > 0) {
      const answered = await this.#session.statements(test.statements.slice(0, count).join('\n'));
      const problem = compareEntities(entities, answered);
      if (problem !== undefined && expectedRefusal === undefined) return problem;
    }
    if (!queryFirst) await this.#writeInputs();
    for (const [index, text] of test.statements.slice(count).entries()) {
      const problem = await this.#checkQuery(text, index);
      if (problem !== undefined) return `${text}\n  ${problem}`;
    }
    if (answers.length === 0) await this.#settle();
    return this.#checkOutputs();
  }

  async close(): Promise<void> {
    await this.#cluster.close();
    await this.#server.close();
  }

  async #checkQuery(text: string, index: number): Promise<string | undefined> {
    const { answers, protobufAnswers, inOrder, queryFirst } = this.#rest;
    const expected = answers[index] ?? [];
    const answer = await this.#session.query(text, {
      messages: expected.length,
      ends: !/\bEMIT\s+CHANGES\b/i.test(text) || expected.some((message) => 'finalMessage' in message),
      ...(queryFirst ? { onHeader: () => this.#writeInputs() } : {}),
    });
    const problem = compareAnswer(expected, answer, { inOrder, statement: text });
    if (problem !== undefined) return problem;
    const inProtobuf = protobufAnswers[index];
    if (inProtobuf === undefined) return undefined;
    const rows = protobufTexts(await this.#session.protobufQuery(text));
    return compareAnswer(inProtobuf, rows, { inOrder, statement: text });
  }

  /** Writes the records; those of one topic are through all queries before one of another topic is written. */
  async #writeInputs(): Promise<void> {
    let before: CaseRecord | undefined;
    const registry = await this.#registered();
    for (const input of this.#rest.test.inputs) {
      if (before !== undefined && before.topic !== input.topic) await this.#settle();
      before = input;
      const source = this.#known.catalog.sources().find(({ topic }) => topic.name === input.topic);
      await this.#cluster.produce(input.topic, {
        key: encodeWindow(encodeSide('key', source, input.key, registry), input.window),
        value: encodeSide('value', source, input.value, registry),
        timestamp: input.timestamp ?? 0,
        headers: input.headers ?? [],
      });
    }
    await this.#settle();
  }

  async #settle(): Promise<void> {
    await this.#cluster.settle(await this.#session.runningQueries());
  }

  async #checkOutputs(): Promise<string | undefined> {
    const { test } = this.#rest;
    const topics = new CaseTopics();
    for (const topic of new Set(test.outputs.map((output) => output.topic))) {
      for (const record of await this.#cluster.records(topic)) topics.append(topic, record);
    }
    const { catalog } = this.#known;
    const registry = await this.#registered();
    return checkOutputs(test, { catalog, topics, registry }, { exact: true, isPrefix: true });
  }

  /** The newest schemas of all subjects, under their ids. */
  async #registered(): Promise<MemoryRegistry> {
    const found = new MemoryRegistry();
    const { registry } = this.#server;
    const schemas: SubjectSchema[] = [];
    for (const subject of await registry.subjects()) {
      const schema = await registry.latest(subject);
      if (schema !== undefined) schemas.push(schema);
    }
    // What others refer to comes first.
    for (const schema of schemas.toSorted((a, b) => a.dependencies.length - b.dependencies.length)) {
      found.registerNow(schema.subject, schema, schema.id);
    }
    return found;
  }
}

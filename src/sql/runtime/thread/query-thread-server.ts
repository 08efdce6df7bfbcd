import { assert, unreachable } from '../../../base/assert.ts';
import type { Environment, ThreadPort } from '../../../base/environment.ts';
import { Admin } from '../../../client/admin/admin.ts';
import { SharedConnections } from '../../../client/cluster/shared-connections.ts';
import type { AnalysisContext } from '../../analysis/session.ts';
import { Catalog } from '../../catalog/catalog.ts';
import type { FunctionRegistry } from '../../functions/registry.ts';
import type { KafkaHostOptions } from '../app-options.ts';
import { KafkaQueries } from '../kafka-queries.ts';
import { MovedQueries } from '../moved-queries.ts';
import { topicFacts } from '../topic-facts.ts';
import { CallServer } from '../../../streams/threads/call-server.ts';
import { errorRecord } from '../../../streams/threads/error-record.ts';
import { ProcessingTurn } from '../../../streams/runtime/processing-turn.ts';
import type { Turn } from '../../../streams/threads/thread-watch.ts';
import type {
  FromThread,
  SentQuery,
  ThreadAnswers,
  ThreadCall,
  ThreadCommand,
  ThreadEvent,
  ToThread,
} from './messages.ts';
import { AskedRegistry } from './asked-registry.ts';
import { foundRows } from './found-rows.ts';
import { receivedKeyBounds, receivedRow, sentTableRow } from './sent-rows.ts';
import { ServedPush } from './served-push.ts';
import { ServedQuery } from './served-query.ts';
import { ServedScans } from './served-scans.ts';

/** What a thread has from its first message on. */
interface Opened {
  readonly options: KafkaHostOptions;
  readonly admin: Admin;
  readonly queries: KafkaQueries;
  /** See `ThreadWatch`. */
  readonly turn: Turn;
}

/** The inside of a stream thread: it does what the thread that statements come to asks of it. */
export class QueryThreadServer {
  readonly #server: CallServer<ThreadCommand, ThreadCall, ThreadEvent>;
  readonly #environment: Environment;
  readonly #functions: FunctionRegistry;
  readonly #queries = new Map<number, ServedQuery>();
  readonly #pushes = new Map<number, ServedPush>();
  readonly #scans = new ServedScans();
  readonly #registry = new AskedRegistry((question) => this.#server.post(question));
  #opened: Opened | undefined;

  /** @param functions those that queries call, but for those that their plans hold. */
  constructor(port: ThreadPort<ToThread, FromThread>, environment: Environment, functions: FunctionRegistry) {
    this.#environment = environment;
    this.#functions = functions;
    this.#server = new CallServer(port, {
      onCommand: (command) => this.#do(command),
      onCall: (call) => this.#outputOf(call),
      onClose: () => this.#close(),
    });
  }

  /** Resolves when it was told to close, and has. */
  run(): Promise<void> {
    return this.#server.run();
  }

  #do(command: ThreadCommand): void {
    switch (command.kind) {
      case 'open':
        this.#opened = this.#open(command);
        return;
      case 'makeQuery':
        this.#makeQuery(command);
        return;
      case 'pauseQuery':
        return this.#query(command).pause(command.change);
      case 'resumeQuery':
        return this.#query(command).resume(command.change);
      case 'openScan':
        return this.#scans.open(command.scan, () =>
          this.#query(command).table.scan(command.keys?.map(receivedKeyBounds), command.options),
        );
      case 'closeScan':
        return this.#scans.close(command.scan);
      case 'readPush':
        return this.#pushes.get(command.push)?.read();
      case 'takeRows':
        return this.#pushes.get(command.push)?.taken(command.rows);
      case 'registryAnswered':
        return this.#registry.answer(command);
      default:
        return unreachable(command);
    }
  }

  async #outputOf(call: ThreadCall): Promise<ThreadAnswers[keyof ThreadAnswers]> {
    switch (call.kind) {
      case 'startQuery':
        return this.#query(call).start();
      case 'closeQuery':
        return this.#closeQuery(call);
      case 'statistics':
        return this.#query(call).statistics();
      case 'get': {
        const { table } = this.#query(call);
        return Promise.all(call.lookups.map((lookup) => foundRows(table, lookup)));
      }
      case 'places':
        return this.#query(call).table.places(call.key === undefined ? undefined : receivedRow(call.key));
      case 'clients':
        return this.#query(call).clients();
      case 'lags':
        return this.#query(call).lags();
      case 'nextPage':
        return (await this.#scans.next(call.scan))?.map(sentTableRow);
      case 'startPush':
        return this.#startPush(call);
      case 'closePush':
        return this.#closePush(call.push);
      case 'removeLeftovers':
        await this.#running.queries.removeLeftovers(call.endedQueries);
        return undefined;
      case 'moveQueries':
        await new MovedQueries(this.#running.options).move(call.moves, call.emptied);
        return undefined;
      default:
        return unreachable(call);
    }
  }

  #open({ options: given, turn }: Extract<ThreadCommand, { readonly kind: 'open' }>): Opened {
    const environment = this.#environment;
    const { bootstrapServers, kafkaTimeoutMs } = given;
    const { logger } = this.#server;
    const options = { ...given, environment, logger };
    const connections = new SharedConnections();
    const admin = new Admin(
      {
        ...{ environment, bootstrapServers },
        ...(kafkaTimeoutMs === undefined ? {} : { defaultApiTimeoutMs: kafkaTimeoutMs }),
      },
      { connections },
    );
    const describeTopics = async (names: readonly string[]) => {
      const facts = await topicFacts(admin, names);
      this.#server.post({ kind: 'topics', names, facts });
      return facts;
    };
    return {
      ...{ options, admin, turn },
      queries: new KafkaQueries(options, { admin, describeTopics, connections, registry: this.#registry }),
    };
  }

  get #running(): Opened {
    assert(this.#opened !== undefined, 'a thread is opened before all else');
    return this.#opened;
  }

  #contextOf({ properties, types }: SentQuery): AnalysisContext {
    let catalog = Catalog.empty;
    for (const [name, type] of types) catalog = catalog.withType(name, type);
    return { catalog, functions: this.#functions, properties, topics: new Map() };
  }

  #makeQuery({ query, sent, change }: Extract<ThreadCommand, { readonly kind: 'makeQuery' }>): void {
    const { queries, turn } = this.#running;
    const ownTurn = new ProcessingTurn(query, turn);
    const running = queries.newQuery(sent.plan, this.#contextOf(sent), ownTurn);
    const { timers } = this.#environment;
    this.#queries.set(
      query,
      new ServedQuery({ query, running, change, timers, post: (event) => this.#server.post(event) }),
    );
  }

  #query({ query }: { readonly query: number }): ServedQuery {
    const found = this.#queries.get(query);
    assert(found !== undefined, 'a query is made before anything is done with it');
    return found;
  }

  async #closeQuery({
    query,
    cleanUp,
  }: {
    readonly query: number;
    readonly cleanUp: boolean;
  }): Promise<undefined> {
    await this.#queries.get(query)?.close({ cleanUp });
    this.#queries.delete(query);
  }

  async #startPush({
    push,
    sent,
    options,
  }: Extract<ThreadCall, { readonly kind: 'startPush' }>): Promise<ThreadAnswers['startPush']> {
    const served = new ServedPush({
      timers: this.#environment.timers,
      post: (batch) => this.#server.post({ kind: 'pushRows', push, batch }),
      ended: (failure) =>
        this.#server.post({
          ...{ kind: 'pushEnded', push },
          ...(failure === undefined ? {} : { error: errorRecord(failure.error) }),
        }),
    });
    const { queries, turn } = this.#running;
    const run = await queries.startPush(sent.plan, this.#contextOf(sent), {
      ...options,
      onRecord: () => served.onRecord(),
      turn: new ProcessingTurn(push, turn),
    });
    served.run = run;
    this.#pushes.set(push, served);
    return { token: run.token };
  }

  async #closePush(push: number): Promise<undefined> {
    await this.#pushes.get(push)?.close();
    this.#pushes.delete(push);
  }

  /** Its queries are closed: it lets go of its clients. */
  async #close(): Promise<void> {
    const { queries, admin } = this.#running;
    await Promise.all([queries.close(), admin.close()]);
  }
}

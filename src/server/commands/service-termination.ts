import { messageOf, OperationalError } from '../../base/errors.ts';
import type { Logger } from '../../base/logger.ts';
import type { Admin } from '../../client/index.ts';
import type { SqlEngine } from '../../sql/index.ts';
import type { SchemaRegistryClient } from '../../serde/index.ts';
import { deleteSubjects, subjectsOf } from '../../sql/analysis/topic-subjects.ts';
import type { DataSource } from '../../sql/catalog/data-source.ts';
import { javaPattern } from '../../sql/functions/regexp/java-pattern.ts';
import { currentStatus, type StatementEntity } from '../../sql/entities/statement-entity.ts';
import { TERMINATE_CLUSTER, type TerminateCluster } from './command.ts';
import type { CommandTopic } from './command-topic.ts';

interface TerminationOptions {
  readonly engine: SqlEngine;
  readonly admin: Pick<Admin, 'deleteTopics'>;
  /** Where the schemas of its topics are. */
  readonly registry: Pick<SchemaRegistryClient, 'deleteSubject'>;
  readonly commands: () => Pick<CommandTopic, 'topic' | 'plannedAtOffset' | 'append' | 'close'>;
  readonly logger: Logger;
  /** Called first: no statement is taken any more. */
  readonly onBegin: () => void;
  /** Called when nothing is left of the service. */
  readonly onEnd: () => void;
}

/**
 * Ends a SQL service for good, as ksqlDB does: its queries with all that they have, those topics of their results that the
 * command names, and the command topic. The server stays, and refuses all statements.
 */
export class ServiceTermination {
  readonly #options: TerminationOptions;
  #ended: Promise<void> | undefined;

  constructor(options: TerminationOptions) {
    this.#options = options;
  }

  /**
   * Records that the service ends, for all of its servers. Resolves when that has begun here.
   * @throws {OperationalError} where it cannot be recorded.
   */
  async record(terminateCluster: TerminateCluster): Promise<StatementEntity> {
    const id = 'cluster/TerminateCluster/terminate';
    const commands = this.#options.commands();
    const { plannedAtOffset } = commands;
    const statement = { id, statementText: TERMINATE_CLUSTER, properties: {}, plan: null, control: null };
    await commands.append({ ...statement, terminateCluster, plannedAtOffset });
    return currentStatus(TERMINATE_CLUSTER, {
      commandId: id,
      status: 'QUEUED',
      message: 'Statement written to command topic',
      sequenceNumber: plannedAtOffset,
    });
  }

  /** A second command changes nothing. Resolves when nothing is left. */
  run(command: TerminateCluster): Promise<void> {
    this.#ended ??= this.#run(command);
    return this.#ended;
  }

  async #run({ deleteTopicList }: TerminateCluster): Promise<void> {
    const { engine, logger, onBegin, onEnd } = this.#options;
    const commands = this.#options.commands();
    logger.info('the SQL service is being terminated', { statement: TERMINATE_CLUSTER });
    onBegin();
    const sources = resultsOf(engine, deleteTopicList);
    const names = [...new Set(sources.map(({ topic }) => topic.name))];
    await engine.control({ action: 'TERMINATE' });
    const gone = new Set(await this.#delete(names));
    await this.#deleteSchemas(sources.filter(({ topic }) => gone.has(topic.name)));
    await commands.close();
    await this.#delete([commands.topic]);
    logger.info('the SQL service was terminated', { deletedTopics: names });
    onEnd();
  }

  async #deleteSchemas(sources: readonly DataSource[]): Promise<void> {
    const { registry, logger } = this.#options;
    const subjects = [...new Set(sources.flatMap(subjectsOf))];
    for (const error of await deleteSubjects(subjects, registry)) {
      logger.error('schemas of a deleted topic stay', { error });
    }
  }

  /** One that cannot be deleted is told, and does not keep the others. @returns those that are gone. */
  async #delete(names: readonly string[]): Promise<readonly string[]> {
    const { admin, logger } = this.#options;
    const gone: string[] = [];
    for (const name of names) {
      try {
        await admin.deleteTopics([name]);
        gone.push(name);
      } catch (error) {
        // A server that was killed meanwhile comes to those again that it has deleted.
        const isGone = error instanceof OperationalError && error.code === 'UNKNOWN_TOPIC_OR_PARTITION';
        if (isGone) gone.push(name);
        else logger.error('a topic was not deleted', { topic: name, error: messageOf(error) });
      }
    }
    return gone;
  }
}

/** What queries write to topics that are named, or that match a pattern as a whole. */
function resultsOf(engine: SqlEngine, patterns: readonly string[]): readonly DataSource[] {
  const compiled = patterns.map(wholePattern);
  return engine.catalog
    .sources()
    .filter(
      ({ isQueryResult, topic }) => isQueryResult && compiled.some((each) => each.first(topic.name) !== null),
    );
}

/** A pattern that a whole name must match. @throws {RangeError} for one that is none. */
export function wholePattern(pattern: string): ReturnType<typeof javaPattern> {
  return javaPattern(`^(?:${pattern})$`);
}

import type { Show, ShowSubject } from '../../../grammar/ast.ts';
import type { DirectResult, DirectStatement } from './definition.ts';
import type { ShowDefinition } from './show-definition.ts';
import { showFunctions } from './show-functions.ts';
import { showProperties } from './show-properties.ts';
import { showQueries } from './show-queries.ts';
import { showStreams, showTables } from './show-sources.ts';
import { showTopics } from './show-topics.ts';
import { showTypes } from './show-types.ts';
import { showVariables } from './show-variables.ts';
import { unsupported } from './unsupported.ts';

const subjects = {
  STREAMS: showStreams,
  TABLES: showTables,
  QUERIES: showQueries,
  TOPICS: showTopics,
  FUNCTIONS: showFunctions,
  TYPES: showTypes,
  PROPERTIES: showProperties,
  VARIABLES: showVariables,
  CONNECTORS: undefined,
  'CONNECTOR PLUGINS': undefined,
} as const satisfies Readonly<Record<ShowSubject, ShowDefinition<DirectResult> | undefined>>;

type Shown = Exclude<(typeof subjects)[ShowSubject], undefined>;
type ShowResult = Awaited<ReturnType<Shown['execute']>>;

function definitionOf({ subject, span }: Show): ShowDefinition<ShowResult> {
  const definition = subjects[subject];
  if (definition === undefined) throw unsupported(`SHOW ${subject}`, span);
  return definition;
}

/** SHOW and LIST. */
export const show: DirectStatement<Show, ShowResult> = {
  family: 'direct',
  topicNeed: ({ extended }) => (extended ? 'known' : 'nothing'),
  check({ statement }) {
    definitionOf(statement);
  },
  execute: async (input) => definitionOf(input.statement).execute(input),
  entity: (result, { statement, facts }) => definitionOf(statement).entity(result, facts),
};

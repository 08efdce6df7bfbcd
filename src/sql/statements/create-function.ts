import { quoteName } from '../../base/sql-quotes.ts';
import type { CreateFunction, TypeNode } from '../../../grammar/ast.ts';
import { printType } from '../../serde/model/sql-type.ts';
import type { AnalysisContext } from '../analysis/session.ts';
import { refuse, withPrefix } from '../analysis/sql-error.ts';
import { FUNCTION_LANGUAGES, type UserFunctionRecord } from '../functions/user/function-record.ts';
import { headings } from '../messages/headings.ts';
import { userFunctionMessages } from '../messages/user-functions.ts';
import { PLAN_VERSION } from '../physical/steps.ts';
import { typeFromSyntax } from '../types/from-syntax.ts';
import type { PlanBase, PlannedStatement } from './definition.ts';
import { nothingToDo } from './nothing-to-do.ts';

export interface CreateFunctionPlan extends PlanBase {
  readonly kind: 'createFunction';
  readonly name: string;
  readonly function: UserFunctionRecord;
}

const SOURCE_CHARS_MAX = 100_000;
const PARAMETERS_MAX = 100;
const KINDS = { SCALAR: 'scalar', AGGREGATE: 'aggregate', TABLE: 'table' } as const;

/** CREATE [AGGREGATE|TABLE] FUNCTION. Its source was tried before it is planned, see `sourceNeeds`. */
export const createFunction: PlannedStatement<CreateFunction, CreateFunctionPlan> = {
  family: 'planned',
  planKind: 'createFunction',
  topicNeed: () => 'nothing',
  sourceNeeds: (statement, context) => {
    const { sourceSpan } = statement;
    if (isKept(statement, context)) return undefined;
    return { record: recordOf(statement, context), span: sourceSpan };
  },
  plan({ statement, text, context }) {
    const name = statement.name.toUpperCase();
    if (isKept(statement, context))
      return nothingToDo(text, { name, message: `Function ${name} already exists` });
    const record = recordOf(statement, context);
    const methods = context.methods ?? [];
    return {
      ...{ version: PLAN_VERSION, text, kind: 'createFunction', name },
      function: record.kind === 'aggregate' ? { ...record, methods } : record,
    };
  },
  commandId: ({ name }) => `function/${quoteName(name)}/create`,
  apply: ({ function: record }, catalog) => catalog.withFunction(record),
  message: ({ name, function: { version } }) =>
    version === 1 ? `Created function ${name}` : `Replaced function ${name} by version ${version}`,
};

function isKept({ name, ifNotExists }: CreateFunction, { catalog }: AnalysisContext): boolean {
  return ifNotExists && catalog.function(name) !== undefined;
}

/** The function that a statement makes, as far as it can be told without its source being tried. @throws {DiagnosticError} */
function recordOf(statement: CreateFunction, context: AnalysisContext): UserFunctionRecord {
  const { functionKind, name: written, nameSpan, language: word, languageSpan, source } = statement;
  const { catalog, functions, properties } = context;
  if (properties['ksql.udfs.enabled'] === 'false')
    throw refuse(userFunctionMessages.disabled(), statement.span);
  const name = written.toUpperCase();
  const existing = catalog.function(name);
  if (existing === undefined && functions.find(name) !== undefined)
    throw refuse(userFunctionMessages.builtIn(name), nameSpan);
  if (existing !== undefined && !statement.orReplace)
    throw refuse(userFunctionMessages.taken(name), nameSpan);
  const language = FUNCTION_LANGUAGES.find((known) => known === word.toUpperCase());
  if (language === undefined)
    throw refuse(userFunctionMessages.language(word, FUNCTION_LANGUAGES), languageSpan);
  if (source.length > SOURCE_CHARS_MAX) {
    const refusal = userFunctionMessages.sourceTooLong(name, source.length, SOURCE_CHARS_MAX);
    throw refuse(refusal, statement.sourceSpan);
  }
  const typeText = (type: TypeNode): string =>
    withPrefix(headings.prepare, () => printType(typeFromSyntax(type, (known) => catalog.type(known))));
  const { state } = statement;
  return {
    kind: KINDS[functionKind],
    name,
    parameters: parametersOf(statement).map((each) => ({ name: each.name, type: typeText(each.type) })),
    returns: typeText(statement.returns),
    ...(state === undefined ? {} : { state: typeText(state) }),
    ...{ language, source, version: (existing?.version ?? 0) + 1 },
  };
}

function parametersOf({ parameters, nameSpan }: CreateFunction): CreateFunction['parameters'] {
  if (parameters.length > PARAMETERS_MAX)
    throw refuse(userFunctionMessages.parametersTooMany(parameters.length, PARAMETERS_MAX), nameSpan);
  const twice = parameters.find(({ name }, index) =>
    parameters.slice(0, index).some((earlier) => earlier.name === name),
  );
  if (twice !== undefined) throw refuse(userFunctionMessages.parameterTwice(twice.name), twice.span);
  return parameters;
}

import { Map as ImmutableMap } from 'immutable';
import { nearestName } from '../../base/nearest-name.ts';
import { DiagnosticError, type Refusal, type SourceSpan } from '../../base/errors.ts';
import type { SqlType } from '../../serde/model/sql-type.ts';
import type { UserFunctionRecord } from '../functions/user/function-record.ts';
import { headed, near } from '../messages/refusal.ts';
import { sourceMessages } from '../messages/sources.ts';
import type { DataSource } from './data-source.ts';

const functionLists = new WeakMap<Functions, readonly UserFunctionRecord[]>();
interface CatalogParts {
  readonly sources: ImmutableMap<string, DataSource>;
  readonly functions: Functions;
  readonly types: ImmutableMap<string, SqlType>;
  readonly systemProperties: Readonly<Record<string, string>>;
}

function refusalAt(refusal: Refusal, span: SourceSpan | undefined): DiagnosticError {
  return new DiagnosticError(span === undefined ? refusal : { ...refusal, span });
}

type Functions = ImmutableMap<string, UserFunctionRecord>;

/**
 * What SQL knows: sources, custom types, functions of users, and the properties that ALTER SYSTEM has set. Immutable: a change
 * is a new catalog, a copy costs nothing.
 */
export class Catalog {
  static readonly empty = new Catalog({
    sources: ImmutableMap(),
    types: ImmutableMap(),
    functions: ImmutableMap(),
    systemProperties: Object.freeze({}),
  });

  readonly #parts: CatalogParts;
  readonly #sources: ImmutableMap<string, DataSource>;
  readonly #types: ImmutableMap<string, SqlType>;
  /** By name in capitals. */
  readonly #functions: Functions;

  private constructor(parts: CatalogParts) {
    this.#parts = parts;
    this.#sources = parts.sources;
    this.#types = parts.types;
    this.#functions = parts.functions;
  }

  source(name: string): DataSource | undefined {
    return this.#sources.get(name);
  }

  /** All sources, by name. */
  sources(): readonly DataSource[] {
    return [...this.#sources.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  type(name: string): SqlType | undefined {
    return this.#types.get(name);
  }

  types(): ReadonlyMap<string, SqlType> {
    return new Map([...this.#types.entries()].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  /** A function of CREATE FUNCTION. @param name whatever its case. */
  function(name: string): UserFunctionRecord | undefined {
    return this.#functions.get(name.toUpperCase());
  }

  /** The functions of CREATE FUNCTION, by name; the same list as long as they are the same. */
  functions(): readonly UserFunctionRecord[] {
    const functions = this.#functions;
    let list = functionLists.get(functions);
    if (list === undefined) {
      list = [...functions.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
      functionLists.set(functions, list);
    }
    return list;
  }

  withSource(source: DataSource): Catalog {
    return new Catalog({ ...this.#parts, sources: this.#sources.set(source.name, source) });
  }

  withoutSource(name: string): Catalog {
    return new Catalog({ ...this.#parts, sources: this.#sources.delete(name) });
  }

  withType(name: string, type: SqlType): Catalog {
    return new Catalog({ ...this.#parts, types: this.#types.set(name, type) });
  }

  withoutType(name: string): Catalog {
    return new Catalog({ ...this.#parts, types: this.#types.delete(name) });
  }

  withFunction(record: UserFunctionRecord): Catalog {
    return new Catalog({ ...this.#parts, functions: this.#functions.set(record.name, record) });
  }

  withoutFunction(name: string): Catalog {
    return new Catalog({ ...this.#parts, functions: this.#functions.delete(name) });
  }

  /** Properties that the service has by ALTER SYSTEM, in the place of those of its servers; by their one name. */
  get systemProperties(): Readonly<Record<string, string>> {
    return this.#parts.systemProperties;
  }

  withSystemProperty(name: string, value: string): Catalog {
    return new Catalog({
      ...this.#parts,
      systemProperties: Object.freeze({ ...this.systemProperties, [name]: value }),
    });
  }

  /** @throws {DiagnosticError} `NAME does not exist.` with the nearest known name. */
  require(name: string, span?: SourceSpan): DataSource {
    const source = this.source(name);
    if (source !== undefined) return source;
    throw this.unknownSource(name, sourceMessages.missing(name).message, span);
  }

  /** The one error for a name that is no source's, in a statement's own words, with the nearest known name. */
  unknownSource(name: string, message: string, span?: SourceSpan): DiagnosticError {
    const caseHint = this.#caseHint(name);
    const suggestion = caseHint === '' ? nearestName(name, this.#sources.keys()) : undefined;
    return refusalAt(headed(message, { message: caseHint, ...near(suggestion) }), span);
  }

  /** As {@link Catalog.unknownSource}, for types. */
  unknownType(name: string, message: string, span?: SourceSpan): DiagnosticError {
    const suggestion = nearestName(name, this.#types.keys());
    return refusalAt({ message, ...near(suggestion) }, span);
  }

  /** What to say when a name is known in another case: names in quotes keep theirs. */
  #caseHint(name: string): string {
    const other = [...this.#sources.keys()].find(
      (known) => known !== name && known.toUpperCase() === name.toUpperCase(),
    );
    if (other === undefined) return '';
    return sourceMessages.otherCase(other).message;
  }
}

/** A row of SHOW PROPERTIES. */
export interface ListedProperty {
  readonly name: string;
  readonly scope: 'KSQL' | 'KAFKA STREAMS';
  readonly value: string | null;
  readonly editable: boolean;
  readonly level: 'SERVER' | 'QUERY';
}

/** All properties that there are, with the values that a session sees. */
export interface ListedProperties {
  readonly properties: readonly ListedProperty[];
  /** Names whose value is not the default. */
  readonly overwritten: readonly string[];
  /** Names whose value is the default. */
  readonly defaults: readonly string[];
}

/** What entities show and only the server knows: its settings, and how it does. */
export interface ServerFacts {
  listProperties(values: Readonly<Record<string, string>>): ListedProperties;
  /** What is said of a property that is accepted and has no effect; undefined for all others. */
  propertyWarning(name: string): string | undefined;
  /** What SHOW QUERIES warns of, beside the queries. */
  serviceWarnings(): readonly string[];
}

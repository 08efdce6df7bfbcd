/** What `help` says; no line is wider than a terminal of 80 columns. */
export const HELP = `Statements end with a semicolon and may have several lines.

  SHOW STREAMS; SHOW TABLES; SHOW TOPICS; SHOW QUERIES; SHOW FUNCTIONS;
  DESCRIBE name;                what a stream or table consists of
  PRINT 'topic' FROM BEGINNING; the records of a topic
  SELECT ... EMIT CHANGES;      results as they come; Ctrl-C ends the query
  SELECT ... WHERE key = ...;   the current state of a table
  SET 'auto.offset.reset'='earliest';

Commands of the shell:

  help [statement]              this text, or a statement's syntax
  output [tabular|json|csv]     how results are shown
  run script <file>             runs the statements of a file
  server [url]                  shows or changes the server
  timing [on|off]               says how long each entry took (also \\timing)
  history                       what was entered before
  clear, version, exit

Keys: Tab completes, Up and Down walk through the history, Ctrl-R searches it,
Alt-Enter begins a new line, Ctrl-D leaves. A result that is longer than the
screen goes through $PAGER (less, unless told, which q leaves; PAGER= for none).
`;

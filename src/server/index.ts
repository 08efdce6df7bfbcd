/** The server: SQL over HTTP, and what a process needs to run it. */
export { LOG_LEVELS, type LogLevel, processLogger } from './logging/index.ts';
export { SqlServer, type SqlServerOptions } from './sql-server.ts';

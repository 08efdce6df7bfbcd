/** The server: SQL over HTTP, and what a process needs to run it. */
export { LOG_FORMATS, LOG_LEVELS, type LogFormat, type LogLevel, processLogger } from './logging/index.ts';
export { SqlServer, type SqlServerOptions } from './sql-server.ts';
export { REST_ERROR_MEANINGS } from './rest/error-meanings.ts';
export { RestErrorCode } from './rest/rest-error.ts';
export { liveGroups } from './commands/live-groups.ts';
export { checkedBackup, commandTopicOf, restoreCommandTopic } from './commands/restore-command-topic.ts';
export { setAsideBackups } from './commands/set-aside.ts';
export { startCaseServer } from './case-server.ts';

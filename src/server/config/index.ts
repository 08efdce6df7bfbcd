export { TRANSACTION_TIMEOUT_MS } from '../../streams/runtime/processing-guarantee.ts';
export { engineProperties } from './engine-properties.ts';
export { ignoredKsqlProperties } from './ignored-ksql-properties.ts';
export { ignoredStreamsProperties } from './ignored-streams-properties.ts';
export { type FileSettings, readConfigFile } from './config-file.ts';
export {
  serverProperties,
  type ServerPropertyName,
  sqlProperty,
  sqlPropertyNames,
} from './server-properties.ts';
export { whyUnknown } from './session-property.ts';
export { SQL_STATE_FOLDER } from './state-folder.ts';
export { processSettings, type ProcessSettings, type SettingInputs } from './process-settings.ts';

export { engineProperties } from './engine-properties.ts';
export { type FileSettings, readConfigFile } from './config-file.ts';
export { isServerProperty, serverProperties, type ServerPropertyName } from './server-properties.ts';
export {
  resolveSettings,
  type Setting,
  type SettingInputs,
  type Settings,
  type SettingSource,
} from './settings.ts';

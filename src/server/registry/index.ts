/** The schema registry of a server: what SQL asks, in this process or elsewhere. */
export { EmbeddedRegistryClient, refusingAsSql } from './embedded-client.ts';
export { RegistryService } from './registry-service.ts';

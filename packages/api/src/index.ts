export { APPLICATION } from './api-options.ts';
export type { ApiOptions, BuildInfo, PageFile, HostFacts } from './api-options.ts';
export { createApi } from './create-api.ts';
export { HTTP_METRICS, NOTIFICATION_METRICS } from './metrics.ts';
export { listen } from './live/listen.ts';
export type { Listener, ListenOptions } from './live/listen.ts';
export { checkWebConfig } from './live/web-config-file.ts';
export { pageFolder } from './live/page-folder.ts';
export { WebConfigError } from './web/web-config-error.ts';

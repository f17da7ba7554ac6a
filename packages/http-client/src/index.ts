export { HTTP_FAILURE_REASONS } from './http-client.ts';
export type { HttpClient, HttpConnection, HttpFailureReason, HttpOutcome, HttpRequest } from './http-client.ts';
export { HttpClientError } from './http-client-error.ts';
export type { HttpClientErrorCode } from './http-client-error.ts';
export type { HttpClientOptions, HttpEffects } from './http-client-options.ts';
export { BODY_BYTES_HARD_MAX } from './limits.ts';
export { liveHttpEffects } from './live-http-effects.ts';
export { openHttpClient } from './open-http-client.ts';

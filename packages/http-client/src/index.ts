export { HTTP_FAILURE_REASONS } from './http-client.ts';
export type { HttpClient, HttpConnection, HttpFailureReason, HttpOutcome, HttpRequest } from './http-client.ts';

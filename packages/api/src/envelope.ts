import type { Context } from 'hono';

/** Kinds of API errors and the status that each answers with. */
const STATUS = {
  bad_data: 400,
  execution: 422,
  canceled: 499,
  timeout: 503,
  internal: 500,
  not_found: 404,
  not_acceptable: 406,
  unavailable: 500,
} as const;
export type ErrorType = keyof typeof STATUS;

/** `{"status":"success","data":…}`. */
export function success(context: Context, data: unknown): Response {
  return context.json({ status: 'success', data });
}

/** `{"status":"error","errorType":…,"error":…}` with the status of the type. */
export function failure(context: Context, errorType: ErrorType, error: string): Response {
  return context.json({ status: 'error', errorType, error }, STATUS[errorType] as 500);
}

import { CommandError } from '../command-error.ts';

/** A tick as `/api/v1/limpet/gaps` writes it; times are RFC 3339. */
export interface AnsweredTick {
  readonly at: string;
  readonly until: string;
  readonly outcome: string;
  /** `''` unless the outcome is `failed`. */
  readonly reason: string;
}

export type AnsweredExplanation =
  | {
      readonly found: true;
      readonly isGap: boolean;
      readonly tick: AnsweredTick;
      readonly meaning: string;
      readonly hint: string;
      readonly neighbours: readonly AnsweredTick[];
    }
  | { readonly found: false; readonly why: string };

/** One target of the answer, as far as it is printed. */
export interface AnsweredTarget {
  readonly id: string;
  readonly scrapePool: string;
  readonly scrapeUrl: string;
  readonly ticks: readonly AnsweredTick[];
  readonly explanation: AnsweredExplanation;
}

/** What a running agent is asked. */
export interface GapQuestion {
  /** Where the agent is, `http://127.0.0.1:9090` with the route prefix, if it has one. Credentials in it are sent. */
  readonly url: string;
  readonly target: string;
  readonly at?: string;
}

/** Milliseconds for the whole answer. */
const ANSWER_MS = 10_000;

/** Asks a running agent. Throws a `CommandError` where it does not answer, does not know the target, or is no Limpet. */
export async function askForGaps(question: GapQuestion): Promise<readonly AnsweredTarget[]> {
  const { targets } = await askAgent<{ readonly targets: readonly AnsweredTarget[] }>('limpet/gaps', 'targets', question);
  return targets;
}

/** Asks a running agent about a target. `list` is the field of the answer that has to be there. Throws a `CommandError`. */
export async function askAgent<Data>(path: string, list: keyof Data & string, { url, target, at }: GapQuestion): Promise<Data> {
  const base = agentUrl(url);
  const query = new URLSearchParams({ target, ...(at === undefined ? {} : { at }) });
  const headers: Record<string, string> = {};
  if (base.username !== '') {
    const credentials = `${decodeURIComponent(base.username)}:${decodeURIComponent(base.password)}`;
    headers['authorization'] = `Basic ${Buffer.from(credentials).toString('base64')}`;
  }
  const place = `${base.origin}${base.pathname.replace(/\/+$/, '')}`;
  const { status, text } = await get(`${place}/api/v1/${path}?${query.toString()}`, headers, place);
  const { data, error } = answerFrom(text);
  if (error !== undefined) throw new CommandError(error, status === 400 ? 2 : 1);
  if (!Array.isArray(data?.[list])) throw new CommandError(`${place} answers with status ${status}, and not as a Limpet agent does`, 1);
  return data as Data;
}

function agentUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return url;
  throw new CommandError(`--url must be an http or https URL`, 2);
}

async function get(
  url: string,
  headers: Record<string, string>,
  place: string,
): Promise<{ readonly status: number; readonly text: string }> {
  try {
    const response = await fetch(url, { headers, redirect: 'error', signal: AbortSignal.timeout(ANSWER_MS) });
    return { status: response.status, text: await response.text() };
  } catch (cause) {
    throw new CommandError(`no agent answers at ${place}: ${reasonOf(cause)}`, 1, { cause });
  }
}

/** `fetch` wraps what went wrong. */
function reasonOf(error: unknown): string {
  const { message, cause } = error as { readonly message?: string; readonly cause?: unknown };
  if (cause instanceof Error && cause.message !== '') return cause.message;
  const code = (cause as { readonly code?: string } | undefined)?.code;
  return code ?? message ?? String(error);
}

function answerFrom(text: string): { readonly data?: Readonly<Record<string, unknown>>; readonly error?: string } {
  try {
    const { data, error } = JSON.parse(text) as { readonly data?: unknown; readonly error?: unknown };
    if (typeof error === 'string') return { error };
    return typeof data === 'object' && data !== null ? { data: data as Readonly<Record<string, unknown>> } : {};
  } catch {
    return {};
  }
}

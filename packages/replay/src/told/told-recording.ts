import { RecordingError } from '../errors.ts';
import type { RecordingSource } from '../exact/ports.ts';
import type { HttpLine, InputLine } from '../log/log-line.ts';
import type { Scenario, ScenarioAnswer, ScenarioStep } from '../scenario/scenario.ts';
import type { ConfigLine } from '../world/gated-config.ts';
import { recordedInputs } from './recorded-inputs.ts';

/** A wall clock that leaves the monotonic one by more than so many milliseconds at once was set. */
const CLOCK_STEP_MS = 100;
/** Time after the last input that a scenario goes on for. */
const TAIL_MS = 1;

/**
 * A recording told as a scenario: its configurations, what its servers, files and DNS answered from when on, and its
 * commands. Timers are not in it; they follow. So another version can live through the same, or one that began later.
 */
export function toldRecording(source: RecordingSource): Scenario {
  const { boot, inputs } = recordedInputs(source);
  const teller = new Teller(source, boot.m);
  for (const input of inputs) teller.take(input);
  const { scrapeConcurrency, reloadOnStartup = false, hostName } = boot.options;
  const last = inputs.at(-1)?.m ?? boot.m;
  return {
    ...teller.told(),
    name: `told from ${source.name}`,
    startMs: Math.trunc(boot.w),
    untilMs: last - boot.m + TAIL_MS,
    seed: boot.seed,
    hostName: hostName ?? teller.hostName ?? boot.host,
    reloadOnStartup,
    ...(scrapeConcurrency !== undefined && { concurrency: scrapeConcurrency }),
    expect: [],
  };
}

/** What holds since when, of one server, file or name. */
interface Holding {
  /** The answer as text, to see whether it is another. */
  text: string;
  askedMs: number;
}

class Teller {
  readonly #source: RecordingSource;
  readonly #startMono: number;
  readonly #steps: ScenarioStep[] = [];
  readonly #answers: Record<string, ScenarioAnswer> = {};
  readonly #files: Record<string, string> = {};
  readonly #dns: Record<string, readonly string[]> = {};
  readonly #holding = new Map<string, Holding>();
  #config: string | undefined;
  #offsetMs: number | undefined;
  #isReloading = false;
  #hostName: string | undefined;

  constructor(source: RecordingSource, startMono: number) {
    this.#source = source;
    this.#startMono = startMono;
  }

  /** The full name of the machine, where one was found: scrapes are spread by it (S-010). */
  get hostName(): string | undefined {
    return this.#hostName;
  }

  told(): Pick<Scenario, 'config' | 'answers' | 'files' | 'dns' | 'timeline'> {
    const timeline = this.#steps.toSorted((a, b) => a.atMs - b.atMs);
    return { config: this.#config ?? '', answers: this.#answers, files: this.#files, dns: this.#dns, timeline };
  }

  take(input: InputLine): void {
    const { k, key } = input;
    if (k !== 'carry') this.#noteClock(input);
    if (k === 'in') this.#command(input);
    else if (key.startsWith('config#')) this.#configLoaded(input.ok as ConfigLine, this.#at(input));
    else if (/^(?:scrape:.*|discovery|remoteWrite) https?:/.test(key)) this.#answered(input);
    else if (key.startsWith('read:')) this.#fileRead(input);
    else if (key.startsWith('match:')) this.#filesMatched(input);
    else if (key.startsWith('dns:')) this.#dnsAnswered(input);
    else if (key.startsWith('name:')) this.#nameFound(input);
  }

  #at({ m, k }: InputLine): number {
    return k === 'carry' ? 0 : Math.max(m - this.#startMono, 0);
  }

  #nameFound({ ok }: InputLine): void {
    const name = typeof ok === 'string' ? ok : '';
    if (name !== '') this.#hostName ??= name.includes('.') && !name.endsWith('.') ? `${name}.` : name;
  }

  #noteClock({ w, m }: InputLine): void {
    const offsetMs = w - m;
    const stepMs = offsetMs - (this.#offsetMs ?? offsetMs);
    if (Math.abs(stepMs) > CLOCK_STEP_MS) this.#steps.push({ atMs: m - this.#startMono, clockMs: Math.round(stepMs) });
    this.#offsetMs = offsetMs;
  }

  #command(input: InputLine): void {
    if (input.key === 'reload') this.#isReloading = true;
    if (input.key === 'shutdown') this.#steps.push({ atMs: this.#at(input), stop: true });
  }

  #configLoaded(line: ConfigLine, atMs: number): void {
    const text = 'failed' in line ? `scrape_configs: [ # ${line.failed.replaceAll('\n', ' ')}` : this.#body(line.yaml);
    if (this.#config === undefined) this.#config = text;
    else this.#steps.push({ atMs, config: text, reload: this.#isReloading });
    this.#isReloading = false;
  }

  #answered(input: InputLine): void {
    const line = input.ok as HttpLine | undefined;
    if (line === undefined || ('failed' in line && (line.failed === 'aborted' || line.failed === 'closed'))) return;
    const url = input.key.slice(input.key.search(/https?:/), input.key.lastIndexOf('#'));
    const answer = this.#answerOf(line);
    const takesMs = Math.max(Math.round(input.took ?? 0), 0);
    this.#hold(`answer ${url}`, JSON.stringify(answer), this.#at(input) - takesMs, {
      first: () => (this.#answers[url] = { ...answer, takesMs }),
      later: (atMs) => this.#steps.push({ atMs, answer: { [url]: { ...answer, takesMs } } }),
    });
  }

  #answerOf(line: HttpLine): ScenarioAnswer {
    if ('failed' in line) return { fails: line.failed };
    const { status, headers, body, kept } = line;
    const text = kept === undefined || (kept === 'ifFailed' && this.#source.body(body) !== undefined) ? this.#body(body) : '';
    const contentType = headers['content-type'];
    return { status, body: text, ...(contentType !== undefined && { contentType }) };
  }

  #fileRead(input: InputLine): void {
    const path = input.key.slice('read:'.length, input.key.lastIndexOf('#'));
    const { body } = (input.ok ?? {}) as { readonly body?: string };
    const text = body === undefined ? null : this.#body(body);
    this.#hold(`file ${path}`, String(text), this.#at(input) - (input.took ?? 0), {
      first: () => text !== null && (this.#files[path] = text),
      later: (atMs) => this.#steps.push({ atMs, file: { [path]: text } }),
    });
  }

  /** Files that a pattern no longer names are gone. */
  #filesMatched(input: InputLine): void {
    const pattern = input.key.slice('match:'.length, input.key.lastIndexOf('#'));
    const paths = new Set(input.ok as readonly string[]);
    for (const [kind, holding] of this.#holding) {
      const path = kind.slice('file '.length);
      if (!kind.startsWith('file ') || paths.has(path) || holding.text === 'null' || !isNamedBy(pattern, path)) continue;
      this.#hold(kind, 'null', this.#at(input) - (input.took ?? 0), {
        first: () => {},
        later: (atMs) => this.#steps.push({ atMs, file: { [path]: null } }),
      });
    }
  }

  #dnsAnswered(input: InputLine): void {
    const [, question = ''] = /^dns:(\S+ \S+)@/.exec(input.key) ?? [];
    const { outcome, records = [] } = input.ok as { readonly outcome: string; readonly records?: readonly DnsRecordLine[] };
    if (outcome === 'noSuchName') return;
    const texts = outcome === 'failed' ? null : records.map(recordText);
    this.#hold(`dns ${question}`, JSON.stringify(texts), this.#at(input) - (input.took ?? 0), {
      first: () => (this.#dns[question] = texts ?? []),
      later: (atMs) => this.#steps.push({ atMs, dns: { [question]: texts } }),
    });
  }

  /**
   * Notes an answer where it is another than before. A file is read when it has changed; of everything else nobody knows
   * when it did, so it is half way between the two questions.
   */
  #hold(kind: string, text: string, askedMs: number, note: { first(): void; later(atMs: number): void }): void {
    const holding = this.#holding.get(kind);
    const changedMs = kind.startsWith('file ') ? askedMs : ((holding?.askedMs ?? 0) + askedMs) / 2;
    if (holding === undefined) note.first();
    else if (holding.text !== text) note.later(Math.max(changedMs, 0));
    this.#holding.set(kind, { text, askedMs });
  }

  #body(name: string): string {
    const bytes = this.#source.body(name);
    if (bytes === undefined) throw new RecordingError('LIMPET_RECORDING_BODY', this.#source.name, `the body ${name} is missing`);
    return Buffer.from(bytes).toString('utf8');
  }
}

type DnsRecordLine = { readonly host?: string; readonly port?: number; readonly address?: string };

function recordText({ host = '', port, address }: DnsRecordLine): string {
  return address ?? (port === undefined ? host : `${host}:${port}`);
}

function isNamedBy(pattern: string, path: string): boolean {
  const segments = pattern.split('*').map((text) => text.replaceAll(/[.+?^${}()|[\]\\]/g, String.raw`\$&`));
  return new RegExp(`^${segments.join('[^/]*')}$`).test(path);
}

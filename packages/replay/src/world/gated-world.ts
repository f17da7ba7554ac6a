import type { AgentWorld, HttpUse } from '@limpet/agent';
import type { BodyStream, HttpClient, HttpConnection, HttpRequest } from '@limpet/http-client';
import { redactedUrl } from '@limpet/http-client';
import { failed, succeeded } from '@limpet/model';
import type { Result } from '@limpet/model';
import type { AnswerCodec, Gate } from './gate.ts';
import { Ordinals } from './gate.ts';
import { httpCodec } from './http-answer.ts';
import type { Bodies, BodyWant } from './http-answer.ts';

export interface GatedWorldOptions {
  readonly gate: Gate;
  readonly bodies: Bodies;
  readonly wantOf: (use: HttpUse, url: string) => BodyWant;
  /** Takes secrets out of words that came from elsewhere. */
  readonly scrub: (text: string) => string;
}

/** The ports of an agent behind a gate. The same code records and replays, so both ask the same questions in the same order. */
export function gatedWorld(world: AgentWorld, options: GatedWorldOptions): AgentWorld {
  const { gate } = options;
  const ordinals = new Ordinals();
  const client = (opened: HttpClient, use: HttpUse): HttpClient => ({
    connect: (url, how) => gatedConnection(opened.connect(url, how), use, { ...options, ordinals }),
    close: () => opened.close(),
  });
  return {
    clock: gate.clock,
    httpEffects: world.httpEffects,
    openHttpClient: async (config, use) => {
      const key = ordinals.next(`client:${useText(use)}`);
      const opened = await gate.answer({ key, ask: () => world.openHttpClient(config, use), ...clientCodec(options) });
      return opened.ok ? succeeded(client(opened.value, use)) : opened;
    },
    files: gatedFiles(world.files, options, ordinals),
    dns: gatedDns(world.dns, options, ordinals),
    clusterAddress: () =>
      gate.answer({
        key: ordinals.next('cluster address'),
        ask: () => world.clusterAddress(),
        encode: (address) => address,
        decode: (kept) => kept as Awaited<ReturnType<AgentWorld['clusterAddress']>>,
      }),
    hostNames: gatedHostNames(world.hostNames, options, ordinals),
    openForAppending: (file) => openGated(file, world, { ...options, ordinals }),
    pause: () => gate.answer({ key: ordinals.next('pause'), ask: () => world.pause(), encode: () => true, decode: () => undefined }),
    waitForConsumers: (work) => {
      const done = work(); // a replay has consumers of its own, and waits for those of the recording
      return gate.answer({ key: ordinals.next('consumers'), ask: () => done, encode: () => true, decode: () => undefined });
    },
    // secrets of a process: nothing that a run comes to depends on them
    openLineMemory: () => world.openLineMemory(),
    hashSeed: () => world.hashSeed(),
    command: (command, deliver) => gate.command(command, deliver),
  };
}

function useText(use: HttpUse): string {
  return use.kind === 'scrape' ? `scrape:${use.job}` : use.kind;
}

function clientCodec({ scrub }: GatedWorldOptions): AnswerCodec<Result<HttpClient, Error>> {
  return {
    encode: (opened) => (opened.ok ? { opened: true } : { opened: false, error: scrub(opened.error.message) }),
    decode: (kept) => {
      const { opened, error = '' } = kept as { readonly opened: boolean; readonly error?: string };
      return opened ? succeeded(INERT_CLIENT) : failed(new Error(error));
    },
  };
}

/** Stands where a client stood: the gate answers for it. */
const INERT_CLIENT: HttpClient = {
  connect: () => ({ send: () => new Promise(() => {}), close: () => {} }),
  close: () => {},
};

interface ConnectionOptions extends GatedWorldOptions {
  readonly ordinals: Ordinals;
}

function gatedConnection(connection: HttpConnection, use: HttpUse, options: ConnectionOptions): HttpConnection {
  const { gate, bodies, wantOf, scrub, ordinals } = options;
  return {
    send: (request: HttpRequest) => {
      // A stream is no answer that holds for long: its key keeps it out of what a part of a ring begins with.
      const kind = request.stream === undefined ? '' : 'stream ';
      const key = ordinals.next(`${kind}${useText(use)} ${redactedUrl(request.url)}`);
      const sent = request.stream === undefined ? request : { ...request, stream: gatedStream(request, key, options) };
      return gate.answer({
        key,
        ask: () => connection.send(sent),
        ...httpCodec({ bodies, want: wantOf(use, request.url), keepsBody: request.keepsBody ?? false, scrub }),
      });
    },
    close: () => connection.close(),
  };
}

/** Head and pieces of a body that is handed over as it comes, each in its own turn. */
function gatedStream({ stream, signal }: HttpRequest, key: string, { gate, bodies }: ConnectionOptions): BodyStream {
  const isOpen = (): boolean => !signal.aborted;
  const take = gate.feed<Uint8Array>({
    key: `piece of ${key}`,
    isOpen,
    deliver: (piece) => stream?.take(piece),
    encode: (piece) => ({ body: bodies.put(piece, 'always').body }),
    decode: (kept) => bodies.get((kept as { readonly body: string }).body),
  });
  return {
    begin: gate.entrance({ key: `head of ${key}`, isOpen, deliver: () => stream?.begin() }),
    take: (piece) => take(Uint8Array.from(piece)), // on loan until this call returns
  };
}

function gatedFiles(files: AgentWorld['files'], { gate, bodies }: GatedWorldOptions, ordinals: Ordinals): AgentWorld['files'] {
  return {
    match: (pattern) =>
      gate.answer({
        key: ordinals.next(`match:${pattern}`),
        ask: () => files.match(pattern),
        encode: (paths) => paths,
        decode: (kept) => kept as readonly string[],
      }),
    read: (path) =>
      gate.answer({
        key: ordinals.next(`read:${path}`),
        ask: () => files.read(path),
        encode: ({ text, mtimeMs }) => ({ body: bodies.put(Buffer.from(text), 'always').body, mtimeMs }),
        decode: (kept) => {
          const { body, mtimeMs } = kept as { readonly body: string; readonly mtimeMs: number };
          return { text: Buffer.from(bodies.get(body)).toString('utf8'), mtimeMs };
        },
      }),
    stopwatch: () => files.stopwatch(),
    watch: (directories, tell) => {
      const key = ordinals.next('watch');
      let isOpen = true;
      let fault: unknown = new Error('watching failed');
      const changed = gate.entrance({ key, isOpen: () => isOpen, deliver: () => tell.changed() });
      const hasFailed = gate.entrance({ key: `${key} failed`, isOpen: () => isOpen, deliver: () => tell.failed(fault) });
      const failed = (error: unknown): void => {
        fault = error;
        hasFailed();
      };
      const watcher = files.watch(directories, { changed, failed });
      return {
        renew: () =>
          gate.answer({ key: ordinals.next(`renew:${key}`), ask: () => watcher.renew(), encode: () => true, decode: () => undefined }),
        close: () => {
          isOpen = false;
          watcher.close();
        },
      };
    },
  };
}

function gatedDns(dns: AgentWorld['dns'], { gate }: GatedWorldOptions, ordinals: Ordinals): AgentWorld['dns'] {
  return {
    resolvConf: () =>
      gate.answer({
        key: ordinals.next('resolv.conf'),
        ask: () => dns.resolvConf(),
        encode: (answer) => (answer.ok ? answer : { ok: false, error: { message: answer.error.message } }),
        decode: (kept) => kept as Awaited<ReturnType<AgentWorld['dns']['resolvConf']>>,
      }),
    ask: (question) =>
      gate.answer({
        key: ordinals.next(`dns:${question.type} ${question.name}@${question.server}`),
        ask: () => dns.ask(question),
        encode: (answer) => answer,
        decode: (kept) => kept as Awaited<ReturnType<AgentWorld['dns']['ask']>>,
      }),
  };
}

function gatedHostNames(names: AgentWorld['hostNames'], { gate }: GatedWorldOptions, ordinals: Ordinals): AgentWorld['hostNames'] {
  return {
    hostName: () => names.hostName(),
    addressesOf: (name) =>
      gate.answer({
        key: ordinals.next(`addresses:${name}`),
        ask: () => names.addressesOf(name),
        encode: (addresses) => addresses,
        decode: (kept) => kept as readonly string[],
      }),
    nameOf: (address) =>
      gate.answer({
        key: ordinals.next(`name:${address}`),
        ask: () => names.nameOf(address),
        encode: (name) => name,
        decode: (kept) => kept as string,
      }),
  };
}

type OpenedFile = Awaited<ReturnType<AgentWorld['openForAppending']>>;

/** Opening and closing are waited for and so have turns; what is written comes back to nobody. */
async function openGated(path: string, world: AgentWorld, { gate, ordinals }: ConnectionOptions): Promise<OpenedFile> {
  const file = await gate.answer({
    key: ordinals.next(`open:${path}`),
    ask: () => world.openForAppending(path),
    encode: () => true,
    decode: () => INERT_FILE,
  });
  return {
    appendFile: (text) => file.appendFile(text),
    close: () => gate.answer({ key: ordinals.next(`close:${path}`), ask: () => file.close(), encode: () => true, decode: () => undefined }),
  };
}

const INERT_FILE: OpenedFile = { appendFile: () => Promise.resolve(), close: () => Promise.resolve() };

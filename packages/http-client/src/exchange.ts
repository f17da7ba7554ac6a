import { STATUS_CODES } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher } from 'undici';
import type { BodyBudget } from './body-budget.ts';
import { BodyBuffer } from './body-buffer.ts';
import { bodyTooLong, noRoomForBody, TOO_MANY_INFORMATIONAL, TOO_SMALL_PIECES } from './body-fault.ts';
import { ABORTED, bareFailure, CONTRADICTORY_HEAD, FaultError, requestFailure, UNEXPECTED_EOF, wireFault } from './failure.ts';
import type { Fault } from './failure.ts';
import type { BodyStream, HttpOutcome } from './http-client.ts';
import { inflateAtOnce } from './inflate.ts';
import { inflateInSteps } from './inflate-steps.ts';
import type { InflatedInSteps } from './inflate-steps.ts';
import {
  DRAIN_BYTES_MAX,
  ERROR_BODY_BYTES_MAX,
  GZIP_OVERHEAD_BYTES,
  INFORMATIONAL_ANSWERS_MAX,
  PIECE_BYTES_MIN,
  SMALL_PIECES_MAX,
} from './limits.ts';
import { isRedirect } from './redirect.ts';
import type { Transport } from './transport.ts';

/** What one exchange needs to know of its request. */
export interface ExchangeInput {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly inflate: boolean;
  /** 0 = none. */
  readonly bodyLimitBytes: number;
  /** See `HttpRequest.keepsBody`. */
  readonly keepsBody: boolean;
  readonly budget: BodyBudget;
  /** Length of the last body from here, for the size of the buffer. */
  readonly expectedBytes: number;
  /** See `HttpRequest.stream`. */
  readonly stream: BodyStream | undefined;
}

const NO_BYTES: Buffer = Buffer.alloc(0);

/**
 * One request on the wire and its answer, as the handler of undici's `dispatch`. Settles exactly once, through `settle`;
 * whatever undici tells afterwards is ignored.
 */
export class Exchange implements Dispatcher.DispatchHandler {
  /** True from the first byte of an answer on: from there no request is repeated. */
  hasAnswer = false;
  /** Whether the socket had carried a request before this one. */
  isOnUsedSocket = false;
  readonly #input: ExchangeInput;
  readonly #transport: Transport;
  readonly #settle: (outcome: HttpOutcome) => void;
  /** Of the caller or, without one, of the budget. */
  readonly #bodyLimit: number;
  #isSettled = false;
  /** Undici has told the end: there is nothing left on the wire to abort. */
  #hasEnded = false;
  #controller: Dispatcher.DispatchController | undefined;
  #informationalCount = 0;
  #status = 0;
  #statusText = '';
  #headers: IncomingHttpHeaders = {};
  #body: BodyBuffer | undefined;
  #wireBytes = 0;
  #pieceCount = 0;
  #isGzip = false;
  #isKept = true;
  /** The body goes to whoever asked for its pieces. */
  #isStreamed = false;
  /** The body ends the request at this many bytes on the wire. */
  #wireLimit = 0;
  /** Where a long body is inflated to, and what ends that. */
  #inflated: BodyBuffer | undefined;
  #stopInflating: (() => void) | undefined;

  constructor(input: ExchangeInput, transport: Transport, settle: (outcome: HttpOutcome) => void) {
    this.#input = input;
    this.#transport = transport;
    this.#settle = settle;
    this.#bodyLimit = input.bodyLimitBytes === 0 ? input.budget.bodyBytesMax : input.bodyLimitBytes;
  }

  /** Gives the exchange up: it settles at once and its socket is closed. */
  abort(fault: Fault = ABORTED): void {
    if (this.#isSettled) return;
    this.#fail(requestFailure(this.#input.method, this.#input.url, fault));
    if (this.#hasEnded) return;
    const error = new FaultError(fault);
    if (this.#controller !== undefined) this.#controller.abort(error);
    else this.#transport.abandon(error);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    if (this.#isSettled) throw new FaultError(ABORTED);
    this.#controller = controller;
    this.isOnUsedSocket = this.#transport.requestStarted();
  }

  onResponseStart(_: Dispatcher.DispatchController, status: number, headers: IncomingHttpHeaders, statusText?: string): void {
    this.hasAnswer = true;
    if (status < 200) return this.#countInformational();
    this.#transport.headCompleted();
    this.#status = status;
    this.#statusText = statusText || (STATUS_CODES[status] ?? '');
    this.#headers = headers;
    const announced = Number(headers['content-length'] ?? 0);
    this.#isStreamed = this.#input.stream !== undefined && status < 300;
    if (this.#isStreamed) return this.#input.stream?.begin();
    this.#isGzip = this.#input.inflate && headers['content-encoding'] === 'gzip';
    if (status >= 300) return this.#expectError(announced);
    this.#wireLimit = this.#isGzip ? this.#bodyLimit + GZIP_OVERHEAD_BYTES : this.#bodyLimit;
    if (announced >= this.#wireLimit) return this.#refuse(this.#tooLong());
    this.#body = this.#newBody(announced || this.#input.expectedBytes, this.#wireLimit);
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#isSettled) return;
    this.#wireBytes += chunk.byteLength;
    this.#pieceCount++;
    if (!this.#isStreamed && this.#wireBytes >= this.#wireLimit) return this.#cut(this.#tooLong());
    if (this.#pieceCount > SMALL_PIECES_MAX && this.#wireBytes < this.#pieceCount * PIECE_BYTES_MIN) return this.#cut(TOO_SMALL_PIECES);
    if (this.#isStreamed) return this.#input.stream?.take(chunk);
    if (!this.#isKept) return;
    this.#body ??= this.#newBody(0, this.#wireLimit);
    const hasRoom = this.#body.append(chunk);
    if (!hasRoom && this.#status < 300) return this.#refuse(noRoomForBody(this.#input.budget));
    this.#isKept = hasRoom && (this.#status < 300 || this.#body.length < ERROR_BODY_BYTES_MAX);
  }

  onResponseEnd(): void {
    this.#hasEnded = true;
    this.#transport.requestEnded();
    if (!this.#isSettled) this.#complete();
  }

  onResponseError(_: Dispatcher.DispatchController | undefined, error: Error): void {
    this.#hasEnded = true;
    this.#transport.requestEnded();
    if (this.#isSettled) return;
    const fault = wireFault(error);
    if (this.#status === 0) {
      const isContradiction = fault === UNEXPECTED_EOF; // undici compares the lengths before it tells of the head
      return this.#fail(requestFailure(this.#input.method, this.#input.url, isContradiction ? CONTRADICTORY_HEAD : fault));
    }
    this.#fail(bareFailure(fault.text === 'EOF' ? UNEXPECTED_EOF : fault));
  }

  /** Each one is legal, and a server could go on with them for ever. */
  #countInformational(): void {
    if (++this.#informationalCount <= INFORMATIONAL_ANSWERS_MAX) return;
    this.abort(TOO_MANY_INFORMATIONAL);
  }

  /** Answers that are no success are read for their message only, and drained so that the connection lives on. */
  #expectError(announced: number): void {
    this.#wireLimit = DRAIN_BYTES_MAX;
    this.#isKept = !isRedirect(this.#status);
    if (announced >= DRAIN_BYTES_MAX) this.#cut(this.#tooLong());
  }

  /** Reads no further: a success has failed, of any other answer there is enough. */
  #cut(fault: Fault): void {
    if (this.#status < 300) return this.#refuse(fault);
    this.#complete();
    this.#controller?.abort(new FaultError(fault));
  }

  #newBody(expectedBytes: number, bytesMax: number): BodyBuffer {
    return new BodyBuffer(this.#input.budget, { expectedBytes, bytesMax });
  }

  #tooLong(): Fault {
    return bodyTooLong(this.#input.bodyLimitBytes === 0 ? this.#bodyLimit : undefined);
  }

  #refuse(fault: Fault): void {
    this.#fail(bareFailure(fault));
    if (!this.#hasEnded) this.#controller?.abort(new FaultError(fault));
  }

  #complete(): void {
    const wire = this.#body?.take() ?? NO_BYTES;
    if (this.#isGzip) return this.#inflate(wire);
    this.#succeed(wire);
  }

  #inflate(wire: Buffer): void {
    const inflated = inflateAtOnce(wire, this.#bodyLimit, this.#input.budget.spare);
    if (this.#status >= 300) return this.#succeed(inflated.kind === 'done' ? inflated.body : wire);
    if (inflated.kind === 'later') return this.#inflateInSteps(wire);
    if (inflated.kind !== 'done') return this.#refuse(this.#gzipFault(inflated));
    if (this.#body?.replaceBy(inflated.body, inflated.memory) === false) return this.#refuse(noRoomForBody(this.#input.budget));
    this.#succeed(inflated.body);
  }

  #inflateInSteps(wire: Buffer): void {
    const into = this.#newBody(0, this.#bodyLimit);
    this.#inflated = into;
    this.#stopInflating = inflateInSteps(wire, {
      limitBytes: this.#bodyLimit,
      into,
      onEnd: (inflated) => {
        if (inflated.kind !== 'done') return this.#refuse(this.#gzipFault(inflated));
        this.#body?.free();
        this.#body = into;
        this.#succeed(into.take());
      },
    });
  }

  #gzipFault(failure: Exclude<InflatedInSteps, { readonly kind: 'done' }>): Fault {
    if (failure.kind === 'tooLong') return this.#tooLong();
    if (failure.kind === 'noRoom') return noRoomForBody(this.#input.budget);
    return { reason: failure.reason, text: failure.error };
  }

  #succeed(bytes: Buffer): void {
    const answer = { ok: true, status: this.#status, statusText: this.#statusText, headers: this.#headers, body: bytes } as const;
    const held = this.#body;
    if (this.#input.keepsBody) return this.#finish({ ...answer, wireBytes: this.#wireBytes, release: () => held?.dispose() });
    held?.free();
    this.#finish({ ...answer, wireBytes: this.#wireBytes });
  }

  #fail(outcome: HttpOutcome): void {
    this.#stopInflating?.();
    this.#inflated?.free();
    this.#body?.free();
    this.#finish(outcome);
  }

  #finish(outcome: HttpOutcome): void {
    this.#isSettled = true;
    this.#settle(outcome);
  }
}

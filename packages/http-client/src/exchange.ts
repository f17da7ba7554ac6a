import { STATUS_CODES } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher } from 'undici';
import { BodyBuffer } from './body-buffer.ts';
import { ABORTED, bareFailure, FaultError, requestFailure, UNEXPECTED_EOF, wireFault } from './failure.ts';
import type { Fault } from './failure.ts';
import type { HttpOutcome } from './http-client.ts';
import { BODY_LIMIT_TEXT, inflateGzip } from './inflate.ts';
import { BODY_BYTES_HARD_MAX, DRAIN_BYTES_MAX, ERROR_BODY_BYTES_MAX, GZIP_OVERHEAD_BYTES } from './limits.ts';
import { isRedirect } from './redirect.ts';
import type { Transport } from './transport.ts';

/** What one exchange needs to know of its request. */
export interface ExchangeInput {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly inflate: boolean;
  /** 0 = none. */
  readonly bodyLimitBytes: number;
  /** Length of the last body from here, for the size of the buffer. */
  readonly expectedBytes: number;
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
  #isSettled = false;
  #controller: Dispatcher.DispatchController | undefined;
  #status = 0;
  #statusText = '';
  #headers: IncomingHttpHeaders = {};
  #body: BodyBuffer | undefined;
  #wireBytes = 0;
  #isGzip = false;
  #isKept = true;
  /** The body ends the request at this many bytes on the wire. */
  #wireLimit = BODY_BYTES_HARD_MAX;

  constructor(input: ExchangeInput, transport: Transport, settle: (outcome: HttpOutcome) => void) {
    this.#input = input;
    this.#transport = transport;
    this.#settle = settle;
  }

  /** Gives the exchange up: it settles at once and its socket is closed. */
  abort(fault: Fault = ABORTED): void {
    if (this.#isSettled) return;
    this.#finish(requestFailure(this.#input.method, this.#input.url, fault));
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
    if (status < 200) return;
    this.#transport.headCompleted();
    this.#status = status;
    this.#statusText = statusText || (STATUS_CODES[status] ?? '');
    this.#headers = headers;
    this.#isGzip = this.#input.inflate && headers['content-encoding'] === 'gzip';
    const announced = Number(headers['content-length'] ?? 0);
    if (status >= 300) return this.#expectError(announced);
    const limit = this.#limitBytes();
    this.#wireLimit = this.#isGzip ? limit + GZIP_OVERHEAD_BYTES : limit;
    if (announced >= this.#wireLimit) return this.#refuse(LIMIT);
    this.#body = new BodyBuffer(announced || this.#input.expectedBytes);
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#isSettled) return;
    this.#wireBytes += chunk.byteLength;
    if (this.#wireBytes >= this.#wireLimit) {
      if (this.#status < 300) return this.#refuse(LIMIT);
      this.#complete();
      return this.#controller?.abort(new FaultError(LIMIT));
    }
    if (!this.#isKept) return;
    this.#body ??= new BodyBuffer(0);
    this.#body.append(chunk);
    this.#isKept = this.#status < 300 || this.#body.length < ERROR_BODY_BYTES_MAX;
  }

  onResponseEnd(): void {
    this.#transport.requestEnded();
    if (!this.#isSettled) this.#complete();
  }

  onResponseError(_: Dispatcher.DispatchController | undefined, error: Error): void {
    this.#transport.requestEnded();
    if (this.#isSettled) return;
    const fault = wireFault(error);
    if (this.#status === 0) return this.#finish(requestFailure(this.#input.method, this.#input.url, fault));
    this.#finish(bareFailure(fault.text === 'EOF' ? UNEXPECTED_EOF : fault));
  }

  /** Answers that are no success are read for their message only, and drained so that the connection lives on. */
  #expectError(announced: number): void {
    this.#wireLimit = DRAIN_BYTES_MAX;
    this.#isKept = !isRedirect(this.#status);
    if (announced < DRAIN_BYTES_MAX) return;
    this.#complete();
    this.#controller?.abort(new FaultError(LIMIT));
  }

  #limitBytes(): number {
    const { bodyLimitBytes } = this.#input;
    return bodyLimitBytes === 0 ? BODY_BYTES_HARD_MAX : Math.min(bodyLimitBytes, BODY_BYTES_HARD_MAX);
  }

  #refuse(fault: Fault): void {
    this.#finish(bareFailure(fault));
    this.#controller?.abort(new FaultError(fault));
  }

  #complete(): void {
    const wire = this.#body?.take() ?? NO_BYTES;
    if (this.#isGzip) return this.#completeGzip(wire);
    this.#succeed(wire);
  }

  #completeGzip(wire: Buffer): void {
    const inflated = inflateGzip(wire, this.#limitBytes());
    if (inflated.ok) return this.#succeed(inflated.body);
    if (this.#status >= 300) return this.#succeed(wire);
    this.#finish(bareFailure({ reason: inflated.reason, text: inflated.error }));
  }

  #succeed(body: Buffer): void {
    this.#finish({
      ok: true,
      status: this.#status,
      statusText: this.#statusText,
      headers: this.#headers,
      body,
      wireBytes: this.#wireBytes,
    });
  }

  #finish(outcome: HttpOutcome): void {
    this.#isSettled = true;
    this.#settle(outcome);
  }
}

const LIMIT: Fault = { reason: 'bodyLimit', text: BODY_LIMIT_TEXT };

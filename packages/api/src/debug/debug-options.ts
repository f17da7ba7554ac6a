/** What the debug endpoints can ask of the process. The API lets one run at a time. */
export interface DebugPort {
  /** A gzipped pprof of the next `durationMs`. Ends early, and rejects, when the signal is aborted. */
  cpuProfile(request: { readonly durationMs: number; readonly signal: AbortSignal }): Promise<Uint8Array<ArrayBuffer>>;
  /** A snapshot of the heap as V8 writes it. The process stands still while it is taken; cancelling frees it. */
  heapSnapshot(): ReadableStream<Uint8Array>;
}

/** The debug endpoints, where the operator has switched them on. */
export interface DebugOptions extends DebugPort {
  /** Also for other machines; otherwise only for requests that come from this one and are meant for it. */
  readonly isRemoteAllowed: boolean;
}

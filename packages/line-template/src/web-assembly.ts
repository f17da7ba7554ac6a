/** A compiled module. */
export interface CompiledModule {
  readonly [Symbol.toStringTag]?: string;
}

/** As much of WebAssembly as is used here: the library of types that has it is that of browsers. */
interface Host {
  validate(bytes: Uint8Array): boolean;
  readonly Module: new (bytes: Uint8Array) => CompiledModule;
  readonly Instance: new (
    module: CompiledModule,
    imports: { readonly env: { readonly memory: Memory } },
  ) => { readonly exports: Readonly<Record<string, unknown>> };
  readonly Memory: new (pages: { readonly initial: number; readonly maximum: number }) => Memory;
}

export interface Memory {
  readonly buffer: ArrayBuffer;
  /** Makes every view of `buffer` empty. */
  grow(pages: number): number;
}

export const webAssembly: Host = (globalThis as unknown as { readonly WebAssembly: Host }).WebAssembly;

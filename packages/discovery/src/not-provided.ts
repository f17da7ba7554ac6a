/** Stands in the bare machines where `createDiscovery` puts the real thing; a machine that was not bound fails at once. */
export function notProvided(name: string): () => never {
  return () => {
    throw new Error(`${name} is not provided: bind the machine first`);
  };
}

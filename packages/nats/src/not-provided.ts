/** An implementation that a machine names and that has to be provided before it runs. */
export function notProvided(name: string): () => never {
  return () => {
    throw new Error(`${name} is not provided`);
  };
}

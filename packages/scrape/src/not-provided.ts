/** Stands for an action, delay or effect that `bind…` has to provide. Reaching it is a fault in the wiring. */
export function notProvided(name: string): () => never {
  return () => {
    throw new Error(`"${name}" was reached, but no port provides it`);
  };
}

/** How the agent may be watched; without it nobody can. */
export interface InspectOptions {
  /** Whether other machines may watch, too. This machine always may. */
  readonly isRemoteAllowed: boolean;
}

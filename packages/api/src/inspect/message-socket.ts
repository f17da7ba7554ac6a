/** A connection over which messages are sent; what comes the other way is thrown away. */
export interface MessageSocket {
  /** Resolves when the network has taken it; rejects when the connection has ended. */
  send(text: string): Promise<void>;
  /** Calls back once when the connection has ended, however it did. */
  onClose(listener: () => void): void;
  close(): void;
}

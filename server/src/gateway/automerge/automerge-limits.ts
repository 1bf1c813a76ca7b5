/** How much one connection of a plain Automerge client may ask of this server. SPEC PA-9, PA-10, PA-13. */
export const automergeLimits = {
  /** A client that comes back sends a message for each document it holds. */
  maxQueuedMessages: 20_000,
  maxRecords: 10_000,
  /** Of what is remembered of a peer for all of its records: filters that it sent, names of changes that it was sent. */
  maxHeldBytes: 16 * 1024 * 1024,
  maxConnectionsPerDevice: 4,
  maxConnectionsPerPerson: 16,
  /** Changes kept back on a connection, until what they build on is here. */
  maxKeptChanges: 1_000,
  maxKeptBytes: 4 * 1024 * 1024,
  /** How often what is missing is asked for. */
  maxAsked: 3,
  /** The third ends the connection. */
  maxUnreadableChanges: 3,
} as const;

/** What the floor speaks: CBOR over a WebSocket, and nothing that a product would need besides. */
export interface FloorChange {
  readonly recordId: string;
  readonly bytes: Uint8Array;
}

export type ToFloor =
  | { readonly type: "hello"; readonly clinic: number }
  | {
      readonly type: "push";
      readonly pushId: number;
      readonly changes: readonly FloorChange[];
    };

export type FromFloor =
  /** Durable. */
  | { readonly type: "stored"; readonly pushId: number }
  | { readonly type: "changes"; readonly changes: readonly FloorChange[] };

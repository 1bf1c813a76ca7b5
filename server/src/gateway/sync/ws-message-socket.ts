/** A `ws` socket as a `MessageSocket`: binary frames only, and no error of it is ever unheard. SPEC SY-2, SY-3. */
import { closeCodes } from "@suture/schema";
import type { MessageSocket, SocketListener } from "@suture/schema";
import type { RawData, WebSocket } from "ws";

/** What is left of a close handshake after this is cut: a peer that vanished never answers it. */
const closeTimeoutMs = 5_000;

export interface WsSocketDeps {
  readonly after: (delayMs: number, task: () => void) => unknown;
}

export function wsMessageSocket(
  socket: WebSocket,
  deps: WsSocketDeps,
): MessageSocket {
  let listener: SocketListener | undefined;

  socket.on("message", (data: RawData, isBinary: boolean) => {
    if (isBinary) listener?.onFrame(bytesOf(data));
    else socket.close(closeCodes["message-malformed"], "message-malformed");
  });
  socket.on("close", (code, reason) => {
    const told = listener;
    listener = undefined;
    told?.onClose(code, reason.toString("utf8"));
  });
  // `ws` closes the socket itself; without a listener the error would end the process.
  socket.on("error", () => undefined);

  return {
    get bufferedBytes() {
      return socket.bufferedAmount;
    },
    listen(next) {
      listener = next;
    },
    send(frame) {
      // The callback takes a failed write, which `close` follows.
      if (socket.readyState === socket.OPEN)
        socket.send(frame, { binary: true }, () => undefined);
    },
    close(code, reason) {
      socket.close(code, reason);
      deps.after(closeTimeoutMs, () => socket.terminate());
    },
  };
}

function bytesOf(data: RawData): Uint8Array {
  if (Array.isArray(data)) return new Uint8Array(Buffer.concat(data));
  return data instanceof ArrayBuffer
    ? new Uint8Array(data)
    : new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

import { join } from "node:path";

/** Where a founded hospital keeps what: the server's data, and each device's key and token. */
export function serverDataIn(directory: string): string {
  return join(directory, "server");
}

export function deviceFolderIn(directory: string, device: number): string {
  return join(directory, "devices", String(device));
}

export function tokenFileIn(directory: string, device: number): string {
  return join(deviceFolderIn(directory, device), "tokens.json");
}

/** An admin who lets devices push again that were quarantined: hostile ones soon are, and would be judged no further. */
import { createMemoryTokenStore, signIn } from "@suture/client";
import { systemClock, systemRandom } from "@suture/client/node";
import type { DeviceId, RecordId } from "@suture/schema";

export class AdminOffice {
  readonly #url: string;
  readonly #credentials: { readonly email: string; readonly password: string };
  #sessionToken = "";

  constructor(
    url: string,
    credentials: { readonly email: string; readonly password: string },
  ) {
    this.#url = url;
    this.#credentials = credentials;
  }

  async release(organizationId: RecordId, deviceId: DeviceId): Promise<void> {
    const path = `/v1/organizations/${organizationId}/devices/${deviceId}/release`;
    const ask = () =>
      fetch(`${this.#url}${path}`, {
        method: "POST",
        headers: { authorization: `Bearer ${this.#sessionToken}` },
      });
    const first = await ask();
    // The session has ended, or has not begun.
    if (first.status === 401) await this.#signIn();
    const answer = first.status === 401 ? await ask() : first;
    if (!answer.ok) throw new Error(`not released: ${answer.status}`);
  }

  async #signIn(): Promise<void> {
    const signedIn = await signIn({
      ...this.#credentials,
      url: this.#url,
      tokens: createMemoryTokenStore(),
      deviceName: "The office",
      clock: systemClock,
      random: systemRandom,
      fetch: (address, init) => fetch(address, init),
    });
    if (!signedIn.ok) throw new Error(signedIn.error.code);
    this.#sessionToken = signedIn.value.sessionToken;
  }
}

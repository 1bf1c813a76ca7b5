/** Proofs of possession with anything about them wrong: RFC 9449. */
import type { Actor } from "./actor.test-support.ts";
import type { HostileCase } from "./hostile-case.test-support.ts";
import type { House } from "./house.test-support.ts";
import { knock, withHeaders } from "./knock.test-support.ts";
import { headersOf } from "./sync-socket.test-support.ts";
import { claimsFor, signProof } from "./token-forge.test-support.ts";

const proofs = "server/src/identity/dpop-proof.ts";
const unproved = "http 401 proof-invalid";
const nowS = () => Math.floor(Date.now() / 1000);

/** With the clinician's own token, and a proof with these claims and this header. */
function proof(
  change: (
    house: House,
    by: Actor,
  ) => {
    readonly claims?: Readonly<Record<string, unknown>>;
    readonly header?: Readonly<Record<string, unknown>>;
  },
): HostileCase["attack"] {
  return async (house) => {
    const { clinician, url } = house;
    const { syncToken, device } = clinician.device;
    const { claims, header } = change(house, clinician);
    const dpop = await signProof(
      device,
      { ...claimsFor(url, syncToken, Date.now()), ...claims },
      header,
    );
    return knock(house, { authorization: `DPoP ${syncToken}`, dpop });
  };
}

const possession: readonly HostileCase[] = [
  {
    name: "a copied token without a proof",
    attacks: "proof of possession",
    check: `${proofs}: proof-missing`,
    expected: "http 401 proof-missing",
    attack: withHeaders(({ authorization }) => ({ authorization })),
  },
  {
    name: "a copied token with a proof by another key",
    attacks: "proof of possession",
    check: `${proofs}: expectedJkt`,
    expected: unproved,
    attack: async (house) => {
      const { clinician, manager, url } = house;
      const { syncToken } = clinician.device;
      const { device } = manager.device;
      const dpop = await signProof(
        device,
        claimsFor(url, syncToken, Date.now()),
      );
      return knock(house, { authorization: `DPoP ${syncToken}`, dpop });
    },
  },
  {
    name: "a proof that shows the right key and is signed by another",
    attacks: "proof of possession",
    check: `${proofs}: compactVerify`,
    expected: unproved,
    attack: async (house) => {
      const { clinician, manager, url } = house;
      const { syncToken, device } = clinician.device;
      const dpop = await signProof(
        manager.device.device,
        claimsFor(url, syncToken, Date.now()),
        { jwk: device.publicKey },
      );
      return knock(house, { authorization: `DPoP ${syncToken}`, dpop });
    },
  },
  {
    name: "a proof used before",
    attacks: "replay",
    check: `${proofs}: replays`,
    expected: "http 401 proof-replayed",
    attack: async (house) => {
      const copied = await headersOf(house.url, house.clinician.device);
      const first = await knock(house, copied);
      return first === "http 101" ? knock(house, copied) : first;
    },
  },
  {
    name: "two proofs in two headers",
    attacks: "what reads the first and what reads the last",
    check: `${proofs}: form`,
    expected: unproved,
    attack: withHeaders(({ authorization, dpop }) => ({
      authorization,
      dpop: [dpop, dpop],
    })),
  },
  {
    name: "a proof of five thousand characters",
    attacks: "the proof's reader",
    check: `${proofs}: maxProofLength`,
    expected: unproved,
    attack: proof(() => ({ claims: { padding: "x".repeat(5_000) } })),
  },
  {
    name: "a proof that is no JWS",
    attacks: "the proof's reader",
    check: `${proofs}: form`,
    expected: unproved,
    attack: withHeaders(({ authorization }) => ({
      authorization,
      dpop: "a.b.c",
    })),
  },
  ...(
    [
      [
        "a proof of another type",
        "substitution",
        "headerSchema: typ",
        { header: { typ: "JWT" } },
      ],
      [
        "a proof that shows its private key",
        "keys that should never travel",
        "publicKeySchema",
        {
          header: {
            jwk: {
              kty: "EC",
              crv: "P-256",
              x: "a".repeat(43),
              y: "b".repeat(43),
              d: "c".repeat(43),
            },
          },
        },
      ],
      [
        "a proof without a key",
        "proof of possession",
        "headerSchema: jwk",
        { header: { jwk: undefined } },
      ],
      [
        "a proof for another method",
        "requests that do something else",
        "htm",
        { claims: { htm: "POST" } },
      ],
      [
        "a proof for another path",
        "requests that do something else",
        "htu",
        { claims: { htu: "http://127.0.0.1/other" } },
      ],
      [
        "a proof for another server",
        "servers that pass on what they are shown",
        "htu",
        { claims: { htu: "https://other.example/sync" } },
      ],
      [
        "a proof for no URL",
        "the URL's reader",
        "htu",
        { claims: { htu: "sync" } },
      ],
      [
        "a proof over another token",
        "tokens put together with proofs",
        "ath",
        { claims: { ath: "x".repeat(43) } },
      ],
      [
        "a proof over no token",
        "tokens put together with proofs",
        "ath",
        { claims: { ath: undefined } },
      ],
      [
        "a proof without a name",
        "the memory of used ones",
        "jti",
        { claims: { jti: undefined } },
      ],
      [
        "a proof with an empty name",
        "the memory of used ones",
        "jti",
        { claims: { jti: "" } },
      ],
      [
        "a proof with a name of 129 characters",
        "the memory of used ones",
        "jti",
        { claims: { jti: "x".repeat(129) } },
      ],
      [
        "a proof whose time is text",
        "comparisons of times",
        "iat",
        { claims: { iat: "now" } },
      ],
    ] as const
  ).map(([name, attacks, where, parts]): HostileCase => ({
    name,
    attacks,
    check: `${proofs}: ${where}`,
    expected: unproved,
    attack: proof(() => parts),
  })),
  {
    name: "a proof made ten minutes ago",
    attacks: "replay",
    check: `${proofs}: maxProofSkewMs`,
    expected: "http 401 use_dpop_nonce",
    attack: proof(() => ({ claims: { iat: nowS() - 600 } })),
  },
  {
    name: "a proof made for ten minutes from now",
    attacks: "proofs made in stock",
    check: `${proofs}: maxProofSkewMs`,
    expected: "http 401 use_dpop_nonce",
    attack: proof(() => ({ claims: { iat: nowS() + 600 } })),
  },
  {
    name: "a proof with a nonce of the attacker's own",
    attacks: "proofs made in stock",
    check: "server/src/identity/dpop-nonce.ts: seal",
    expected: "http 401 use_dpop_nonce",
    attack: proof(() => {
      const time = Date.now().toString(36);
      return { claims: { nonce: `${time}.${"A".repeat(43)}` } };
    }),
  },
];

export const proofCases: readonly HostileCase[] = possession;

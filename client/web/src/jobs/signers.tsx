import { Signature } from "../ui/signature.tsx";
import type { SettledService } from "./parts-section.tsx";

/** Who signed what stands there; several, where they said the same apart. */
export function Signers({ reading }: { readonly reading: SettledService }) {
  return (
    <>
      {reading.signatures.map(({ opId, attribution }) => (
        <Signature key={opId} attribution={attribution} />
      ))}
    </>
  );
}

/** How to reach somebody and by which numbers they are known. Each entry merges by itself; identity is signed as one. */
import { useState } from "react";

import {
  mayWrite,
  patient,
  type AddressEntry,
  type ContactPointEntry,
} from "@suture/schema";
import type { ShownRecord } from "@suture/client/react";

import { useKeptDraft } from "../app/use-kept-draft.ts";
import { useMe } from "../app/use-me.ts";
import { useSaveWords } from "../app/use-save-words.ts";
import { useSubmit } from "../app/sign-in/use-submit.ts";
import { useText } from "../text/use-text.ts";
import { Button, ButtonLink } from "../ui/button.tsx";
import { Notice } from "../ui/notice.tsx";
import { SelectField } from "../ui/select-field.tsx";
import { TextField } from "../ui/text-field.tsx";

type Shown = ShownRecord<typeof patient>;

export function DetailsSection({ shown }: { readonly shown: Shown }) {
  const { patients } = useText();
  const { roles } = useMe();
  const mayEdit = mayWrite(patient, "telecom", roles);
  const { fields } = shown.snapshot;
  const phones = activeOf<ContactPointEntry>(fields.telecom);
  const addresses = activeOf<AddressEntry>(fields.address);
  return (
    <section aria-labelledby="details" className="card">
      <h2 id="details">{patients.sections.details}</h2>
      <h3>{patients.phones}</h3>
      {phones.length === 0 && <p className="muted">{patients.noPhones}</p>}
      <ul className="entries">
        {phones.map(([entryId, { value }]) => (
          <Entry
            key={entryId}
            words={value}
            onWithdraw={
              mayEdit ? () => withdraw(shown, "telecom", entryId) : null
            }
          />
        ))}
      </ul>
      <h3>{patients.addresses}</h3>
      {addresses.length === 0 && (
        <p className="muted">{patients.noAddresses}</p>
      )}
      <ul className="entries">
        {addresses.map(([entryId, address]) => (
          <Entry
            key={entryId}
            words={addressWords(address)}
            onWithdraw={
              mayEdit ? () => withdraw(shown, "address", entryId) : null
            }
          />
        ))}
      </ul>
      {mayEdit && (
        <div className="no-print">
          <ContactForm shown={shown} />
          <div className="actions">
            <ButtonLink to={`/patients/${shown.record.id}/identity`}>
              {patients.editIdentity}
            </ButtonLink>
          </div>
        </div>
      )}
    </section>
  );
}

function Entry({
  words,
  onWithdraw,
}: {
  readonly words: string;
  readonly onWithdraw: (() => Promise<boolean>) | null;
}) {
  const { common, patients } = useText();
  const [hasFailed, setHasFailed] = useState(false);
  return (
    <li>
      <span>{words}</span>
      {onWithdraw !== null && (
        <Button
          look="quiet"
          className="entry-action no-print"
          aria-label={patients.remove(words)}
          onPress={() =>
            void onWithdraw().then((isDone) => setHasFailed(!isDone))
          }
        >
          {patients.removeShort}
        </Button>
      )}
      {hasFailed && (
        <Notice tone="danger" isLive>
          {common.saveProblem["not-saved"]}
        </Notice>
      )}
    </li>
  );
}

async function withdraw(
  { record }: Shown,
  field: "telecom" | "address",
  entryId: string,
): Promise<boolean> {
  const session = await record.edit();
  session.draft[field].withdraw(entryId);
  return (await session.save()).ok;
}

type ContactKind = "phone" | "email" | "address";

/** Anything that was typed is kept until it is added. */
function ContactForm({ shown }: { readonly shown: Shown }) {
  const { common, patients } = useText();
  const wordsOf = useSaveWords();
  const [kind, setKind] = useState<ContactKind>("phone");
  const draft = useKeptDraft(`patient-contact/${shown.record.id}`, {
    value: "",
  });
  const submit = useSubmit(async () => {
    const value = draft.value.value.trim();
    if (value === "") return null;
    const session = await shown.record.edit();
    if (kind === "address")
      session.draft.address.set({ status: "active", text: value });
    else session.draft.telecom.set({ status: "active", system: kind, value });
    const saved = await session.save();
    if (!saved.ok) return wordsOf(saved.error);
    draft.drop();
    return null;
  });
  if (!draft.isReady) return null;
  return (
    <form className="form contact-form" onSubmit={submit.onSubmit}>
      <div className="form-row">
        <SelectField
          label={patients.kindOfContact}
          value={kind}
          choices={[
            { value: "phone", label: patients.contactKinds.phone },
            { value: "email", label: patients.contactKinds.email },
            { value: "address", label: patients.address },
          ]}
          onChange={setKind}
        />
        <TextField
          label={kind === "address" ? patients.address : patients.addPhone}
          value={draft.value.value}
          onChange={(value) => draft.set({ value })}
        />
      </div>
      {submit.problem !== null && (
        <Notice tone="danger" isLive>
          {submit.problem}
        </Notice>
      )}
      <div>
        <Button type="submit" isDisabled={submit.isBusy}>
          {common.add}
        </Button>
      </div>
    </form>
  );
}

function activeOf<E extends { readonly status: string }>(
  entries: Readonly<Record<string, E>> | undefined,
): readonly (readonly [string, E])[] {
  return Object.entries(entries ?? {}).filter(
    ([, { status }]) => status === "active",
  );
}

function addressWords(address: AddressEntry): string {
  const { text, line, postalCode, city, district, state, country } = address;
  if (text !== undefined) return text;
  return [...(line ?? []), postalCode, city, district, state, country]
    .filter((part) => part !== undefined)
    .join(", ");
}

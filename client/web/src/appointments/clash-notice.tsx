/** What a booking clashes with as far as this device knows, and which clinics it has not heard from. SPEC AP-34. */
import { useNames } from "../reviews/use-names.ts";
import { useText } from "../text/use-text.ts";
import { Notice } from "../ui/notice.tsx";
import { useClinics } from "./clinics.ts";
import type { KnownClash } from "./known-clashes.ts";

export function ClashNotice({
  clashes,
}: {
  readonly clashes: readonly KnownClash[];
}) {
  const { appointments, common } = useText();
  const names = useNames();
  return (
    <Notice
      tone={clashes.length > 0 ? "warning" : "info"}
      title={
        clashes.length > 0
          ? appointments.clashes(clashes.length)
          : appointments.free
      }
      isLive
    >
      {clashes.length > 0 && (
        <ul className="clashes">
          {clashes.map(({ shown, actor, startMs }) => (
            <li key={`${shown.record.id} ${actor}`}>
              {appointments.clashWith(
                actorWords(actor, names.record, appointments.where),
                common.dateTime(startMs),
                shown.snapshot.fields.description ?? "",
              )}
            </li>
          ))}
        </ul>
      )}
      <HeardFrom />
    </Notice>
  );
}

function HeardFrom() {
  const { appointments, common } = useText();
  const { own, others, isUpToDate, caughtUpAtMs } = useClinics();
  const listed = (clinics: readonly { readonly name: string }[]) =>
    clinics.map(({ name }) => name).join(", ");
  return (
    <>
      {own.length > 0 && (
        <p>
          {caughtUpAtMs === null
            ? appointments.lookedAtNever(listed(own))
            : appointments.lookedAt(listed(own), common.time(caughtUpAtMs))}
        </p>
      )}
      {own.length > 0 && !isUpToDate && caughtUpAtMs !== null && (
        <p>
          {appointments.notHeardSince(listed(own), common.time(caughtUpAtMs))}
        </p>
      )}
      {others.length > 0 && <p>{appointments.notHeard(listed(others))}</p>}
      {others.length === 0 && isUpToDate ? (
        <p>{appointments.allHere}</p>
      ) : (
        <p>{appointments.checkedLater}</p>
      )}
    </>
  );
}

/** `patient:<id>` by name; a room by what rooms are called. */
function actorWords(
  actor: string,
  nameOf: (id: string) => string,
  room: string,
): string {
  const [kind = "", id = ""] = actor.split(":");
  return kind === "location" ? room : nameOf(id);
}

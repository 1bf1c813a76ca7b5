/** Every phone, tablet and computer of the organization: who is on it, what it still holds, and what ends it. SPEC AP-78, AP-79. */
import { useCallback, useState } from "react";

import type { RecordId, Result, DeviceDescription } from "@suture/schema";

import { useMe } from "../app/use-me.ts";
import { useNow } from "../app/use-now.ts";
import type { ApiProblem } from "../http/api-problem.ts";
import {
  decideDevice,
  listDevices,
  renameDevice,
  takeMemberOff,
} from "../http/devices-api.ts";
import { ProblemNotice, problemWords } from "../http/problem-notice.tsx";
import { useApi } from "../http/use-api.ts";
import { useAsked } from "../http/use-asked.ts";
import { useText } from "../text/use-text.ts";
import { Button } from "../ui/button.tsx";
import { Actions, Dialog } from "../ui/dialog.tsx";
import { EmptyState } from "../ui/empty-state.tsx";
import { Icon } from "../ui/icon.tsx";
import { MemberName } from "../ui/member-name.tsx";
import { Notice } from "../ui/notice.tsx";
import { TextField } from "../ui/text-field.tsx";
import { teamRows } from "../reviews/team-rows.ts";

type Act =
  | { readonly kind: "revoke" | "release" | "rename" }
  | { readonly kind: "remove"; readonly memberId: RecordId };

export function DevicesView({
  organizationId,
}: {
  readonly organizationId: RecordId;
}) {
  const { admin: text, http } = useText();
  const api = useApi();
  const ask = useCallback(
    () => listDevices(api, organizationId),
    [api, organizationId],
  );
  const asked = useAsked(ask);
  return (
    <>
      <p className="hint">{text.devices.intro}</p>
      {asked.state === "failed" && (
        <ProblemNotice problem={asked.problem} onAgain={asked.again} />
      )}
      {asked.state === "asking" && asked.value === null && <p>{http.asking}</p>}
      {asked.value?.devices.length === 0 && (
        <EmptyState title={text.devices.none} />
      )}
      <ul className="cards">
        {asked.value?.devices.map((device) => (
          <li key={device.deviceId}>
            <DeviceCard
              device={device}
              organizationId={organizationId}
              onDone={asked.again}
            />
          </li>
        ))}
      </ul>
    </>
  );
}

function DeviceCard({
  device,
  organizationId,
  onDone,
}: {
  readonly device: DeviceDescription;
  readonly organizationId: RecordId;
  readonly onDone: () => void;
}) {
  const { admin: text, reviews, common } = useText();
  const { roles } = useMe();
  const nowMs = useNow();
  const [act, setAct] = useState<Act | null>(null);
  const { deviceId, revokedAtMs, quarantine, registeredAtMs } = device;
  const name = device.name ?? reviews.unnamedDevice(deviceId.slice(0, 4));
  const isAdmin = roles.has("admin");
  return (
    <article className="card device" aria-label={name}>
      <h2 className="device-name">
        <Icon name="device" /> {name}
      </h2>
      <p className="hint">
        {registeredAtMs !== null &&
          text.devices.since(common.date(registeredAtMs))}
      </p>
      {revokedAtMs !== null && (
        <p className="device-flag">
          <Icon name="cross" />{" "}
          {text.devices.revoked(common.dateTime(revokedAtMs))}
        </p>
      )}
      {quarantine !== null && (
        <Notice tone="danger" title={text.devices.quarantined}>
          <p>{text.devices.quarantinedText}</p>
        </Notice>
      )}
      <ul className="device-people">
        {teamRows([device], []).map((row) => {
          const isOn = device.members.some(
            ({ memberId, isOnDevice }) =>
              memberId === row.memberId && isOnDevice,
          );
          const count = row.criticalCount + row.otherCount;
          return (
            <li key={row.memberId}>
              <span>
                <MemberName memberId={row.memberId} />
                <span className="hint">
                  {" · "}
                  {[
                    isOn ? text.devices.signedIn : text.devices.leftIt,
                    ...(row.isConnected ? [reviews.team.connected] : []),
                    ...(row.seenAtMs === null
                      ? []
                      : [reviews.team.seen(common.dateTime(row.seenAtMs))]),
                  ].join(" · ")}
                </span>
                {count > 0 && (
                  <strong className="device-work">
                    {text.devices.holds(
                      reviews.team.work(row.criticalCount, row.otherCount),
                      row.oldestAtMs === null
                        ? null
                        : common.age(nowMs - row.oldestAtMs),
                    )}
                  </strong>
                )}
                {row.unseenSignatureCount > 0 && (
                  <span className="device-flag device-unseen">
                    {reviews.team.unseen(row.unseenSignatureCount)}
                  </span>
                )}
              </span>
              {isAdmin && isOn && revokedAtMs === null && (
                <Button
                  look="quiet"
                  onPress={() =>
                    setAct({ kind: "remove", memberId: row.memberId })
                  }
                >
                  {text.devices.takeOff}
                </Button>
              )}
            </li>
          );
        })}
      </ul>
      {isAdmin && (
        <div className="actions">
          {quarantine !== null && (
            <Button onPress={() => setAct({ kind: "release" })}>
              {text.devices.release}
            </Button>
          )}
          {revokedAtMs === null && (
            <>
              <Button onPress={() => setAct({ kind: "rename" })}>
                {text.devices.rename}
              </Button>
              <Button look="danger" onPress={() => setAct({ kind: "revoke" })}>
                {text.devices.revoke}
              </Button>
            </>
          )}
        </div>
      )}
      {act !== null && (
        <ActDialog
          act={act}
          name={name}
          device={device}
          organizationId={organizationId}
          onClose={() => setAct(null)}
          onDone={() => {
            setAct(null);
            onDone();
          }}
        />
      )}
    </article>
  );
}

function ActDialog({
  act,
  name: before,
  device,
  organizationId,
  onClose,
  onDone,
}: {
  readonly act: Act;
  readonly name: string;
  readonly device: DeviceDescription;
  readonly organizationId: RecordId;
  readonly onClose: () => void;
  readonly onDone: () => void;
}) {
  const { admin: text, http, common } = useText();
  const api = useApi();
  const [name, setName] = useState(device.name ?? "");
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  const [isAsking, setAsking] = useState(false);
  const words = text.devices.acts[act.kind];
  const holds = teamRows([device], []).some(
    ({ criticalCount, otherCount }) => criticalCount + otherCount > 0,
  );

  function send(): Promise<Result<null, ApiProblem>> {
    const named = { organizationId, deviceId: device.deviceId };
    switch (act.kind) {
      case "revoke":
      case "release":
        return decideDevice(api, named, act.kind);
      case "rename":
        return renameDevice(api, named, name.trim());
      case "remove":
        return takeMemberOff(api, named, act.memberId);
    }
  }

  async function confirm(): Promise<void> {
    setAsking(true);
    const done = await send();
    setAsking(false);
    setProblem(done.ok ? null : done.error);
    if (done.ok) onDone();
  }

  return (
    <Dialog title={words.title(before)} isOpen onClose={onClose} isAlert>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void confirm();
        }}
      >
        <p>{words.text}</p>
        {act.kind === "revoke" && holds && (
          <Notice tone="warning">{text.devices.holdsWork}</Notice>
        )}
        {act.kind === "rename" && (
          <TextField
            label={text.devices.name}
            value={name}
            onChange={setName}
            isRequired
          />
        )}
        {problem !== null && (
          <Notice tone="warning" isLive>
            {problemWords(problem, http)}
          </Notice>
        )}
        <Actions>
          <Button
            look={act.kind === "revoke" ? "danger" : "primary"}
            type="submit"
            isDisabled={
              isAsking || (act.kind === "rename" && name.trim() === "")
            }
          >
            {words.confirm}
          </Button>
          <Button look="quiet" onPress={onClose}>
            {common.cancel}
          </Button>
        </Actions>
      </form>
    </Dialog>
  );
}

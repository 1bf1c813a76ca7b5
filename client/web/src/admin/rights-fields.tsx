import { roles as allRoles, type RecordId, type Role } from "@suture/schema";
import { useClient, useRecordList } from "@suture/client/react";

import { useText } from "../text/use-text.ts";
import { MayHaveMore } from "../ui/may-have-more.tsx";

export type Rights = {
  readonly roles: readonly Role[];
  readonly teams: readonly RecordId[];
  readonly active: boolean;
};

const maxTeams = 500;

/** Roles, teams and whether somebody may sign in: signed as one statement. */
export function RightsFields({
  rights,
  organizationId,
  onChange,
}: {
  readonly rights: Rights;
  readonly organizationId: RecordId;
  onChange(rights: Rights): void;
}) {
  const { admin: text, common } = useText();
  const teams = useRecordList(useClient().teams, {
    parentId: organizationId,
    limit: maxTeams,
  });
  return (
    <>
      <fieldset>
        <legend>{text.rights.roles}</legend>
        <div className="checks">
          {allRoles.map((role) => (
            <Check
              key={role}
              label={common.roles[role]}
              isChecked={rights.roles.includes(role)}
              onChange={(isChecked) =>
                onChange({
                  ...rights,
                  roles: withItem(rights.roles, role, isChecked),
                })
              }
            />
          ))}
        </div>
      </fieldset>
      <fieldset>
        <legend>{text.rights.teams}</legend>
        <div className="checks">
          {teams.rows.map(({ record, snapshot }) => (
            <Check
              key={record.id}
              label={snapshot.fields.name ?? text.teams.unnamed}
              isChecked={rights.teams.includes(record.id)}
              onChange={(isChecked) =>
                onChange({
                  ...rights,
                  teams: withItem(rights.teams, record.id, isChecked),
                })
              }
            />
          ))}
        </div>
        <MayHaveMore list={teams} />
      </fieldset>
      <Check
        label={text.rights.active}
        isChecked={rights.active}
        onChange={(active) => onChange({ ...rights, active })}
      />
    </>
  );
}

function Check({
  label,
  isChecked,
  onChange,
}: {
  readonly label: string;
  readonly isChecked: boolean;
  onChange(isChecked: boolean): void;
}) {
  return (
    <label className="check">
      <input
        type="checkbox"
        checked={isChecked}
        onChange={({ target }) => onChange(target.checked)}
      />
      {label}
    </label>
  );
}

/** Sorted and without repeats, as the same rights have the same digest. */
function withItem<T extends string>(
  items: readonly T[],
  item: T,
  isIn: boolean,
): readonly T[] {
  const others = items.filter((other) => other !== item);
  return (isIn ? [...others, item] : others).toSorted((left, right) =>
    left < right ? -1 : 1,
  );
}

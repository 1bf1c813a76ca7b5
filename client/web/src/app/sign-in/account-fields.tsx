import { minPasswordLength } from "@suture/schema";

import { useText } from "../../text/use-text.ts";
import { TextField } from "../../ui/text-field.tsx";

export interface AccountValues {
  readonly email: string;
  readonly password: string;
  readonly deviceName: string;
}

/** Passwords are never kept as drafts. */
export function AccountFields({
  values,
  isNew = false,
  onChange,
}: {
  readonly values: AccountValues;
  readonly isNew?: boolean;
  readonly onChange: (part: Partial<AccountValues>) => void;
}) {
  const { signIn } = useText();
  return (
    <>
      <TextField
        label={signIn.email}
        type="email"
        autoComplete="username"
        isRequired
        value={values.email}
        onChange={(email) => onChange({ email })}
      />
      <TextField
        label={isNew ? signIn.newPassword : signIn.password}
        {...(isNew && { hint: signIn.newPasswordHint(minPasswordLength) })}
        type="password"
        autoComplete={isNew ? "new-password" : "current-password"}
        isRequired
        value={values.password}
        onChange={(password) => onChange({ password })}
      />
      <TextField
        label={signIn.deviceName}
        hint={signIn.deviceHint}
        isRequired
        value={values.deviceName}
        onChange={(deviceName) => onChange({ deviceName })}
      />
    </>
  );
}

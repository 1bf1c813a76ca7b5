/** What a sign-up must look like, the same for every keeper of accounts. SPEC ID-2. */
import { err, identityError, minPasswordLength, ok } from "@suture/schema";
import type { IdentityError, Result } from "@suture/schema";
import { z } from "zod";
import type { SignUp } from "./accounts.ts";

/** Longer passwords are refused before they are hashed: hashing a megabyte is an attack, not a password. */
export const maxPasswordLength = 128;

const signUpSchema = z.object({
  email: z.email().max(254),
  name: z.string().trim().min(1).max(200),
  password: z.string().max(maxPasswordLength),
});

/** The sign-up with its e-mail in lower case and its name trimmed. */
export function checkSignUp(request: SignUp): Result<SignUp, IdentityError> {
  const parsed = signUpSchema.safeParse(request);
  if (!parsed.success) return err(identityError("request-invalid"));
  if (parsed.data.password.length < minPasswordLength)
    return err(identityError("password-too-short"));
  return ok({ ...parsed.data, email: parsed.data.email.toLowerCase() });
}

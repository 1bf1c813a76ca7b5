import type { RecordFold } from "../change/fold-record.ts";
import { attachmentSchema, type Attachment } from "../fhir/attachment.ts";
import type { RecordType } from "./define-record.ts";

/** Every attachment that a record names, withdrawn ones too, and in which field. SPEC AT-1. */
export function attachmentsIn(
  type: RecordType,
  fold: RecordFold,
): readonly { readonly field: string; readonly attachment: Attachment }[] {
  return Object.entries(type.fields).flatMap(([field, declared]) =>
    declared.kind === "set" && declared.schema === attachmentSchema
      ? Object.values(fold.entries(field)).flatMap((entry) => {
          const { data } = attachmentSchema.safeParse(entry);
          return data === undefined ? [] : [{ field, attachment: data }];
        })
      : [],
  );
}

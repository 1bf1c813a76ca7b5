import {
  FieldError,
  Input,
  Label,
  Text,
  TextArea,
  TextField as AriaTextField,
} from "react-aria-components";

export interface TextFieldProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly hint?: string;
  /** What is wrong with what stands there; said with the field and marked on it. */
  readonly error?: string | undefined;
  readonly type?:
    "text" | "email" | "password" | "search" | "tel" | "date" | "time";
  readonly inputMode?: "text" | "numeric" | "decimal" | "tel";
  readonly autoComplete?: string;
  readonly isRequired?: boolean;
  readonly isDisabled?: boolean;
  /** Several lines. */
  readonly rows?: number;
  readonly autoFocus?: boolean;
}

export function TextField(props: TextFieldProps) {
  const { label, hint, error, rows, inputMode, autoComplete, ...field } = props;
  return (
    <AriaTextField
      {...field}
      {...(autoComplete !== undefined && { autoComplete })}
      className="field"
      isInvalid={error !== undefined}
      validationBehavior="aria"
    >
      <Label>{label}</Label>
      {hint !== undefined && (
        <Text slot="description" className="hint">
          {hint}
        </Text>
      )}
      {rows === undefined ? (
        <Input {...(inputMode !== undefined && { inputMode })} />
      ) : (
        <TextArea rows={rows} />
      )}
      <FieldError className="field-error">{error}</FieldError>
    </AriaTextField>
  );
}

import { useId } from "react";

export interface Choice<V extends string> {
  readonly value: V;
  readonly label: string;
}

/**
 * The platform's own list of choices: on phones it is the wheel or sheet that people know, and it needs no script to be reached.
 * `value` is "" while nothing is chosen, which `placeholder` says.
 */
export function SelectField<V extends string>({
  label,
  value,
  choices,
  onChange,
  placeholder,
  hint,
  error,
  isRequired = false,
}: {
  readonly label: string;
  readonly value: V | "";
  readonly choices: readonly Choice<V>[];
  readonly onChange: (value: V) => void;
  readonly placeholder?: string;
  readonly hint?: string;
  readonly error?: string | undefined;
  readonly isRequired?: boolean;
}) {
  const id = useId();
  const described = [
    ...(hint === undefined ? [] : [`${id}-hint`]),
    ...(error === undefined ? [] : [`${id}-error`]),
  ].join(" ");
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {hint !== undefined && (
        <span id={`${id}-hint`} className="hint">
          {hint}
        </span>
      )}
      <select
        id={id}
        value={value}
        required={isRequired}
        aria-invalid={error !== undefined}
        {...(described !== "" && { "aria-describedby": described })}
        onChange={({ target }) => {
          const chosen = choices.find((one) => one.value === target.value);
          if (chosen !== undefined) onChange(chosen.value);
        }}
      >
        {placeholder !== undefined && (
          <option value="" disabled={isRequired && value !== ""}>
            {placeholder}
          </option>
        )}
        {choices.map((choice) => (
          <option key={choice.value} value={choice.value}>
            {choice.label}
          </option>
        ))}
      </select>
      {error !== undefined && (
        <span id={`${id}-error`} className="field-error">
          {error}
        </span>
      )}
    </div>
  );
}

import { useText } from "../text/use-text.ts";

export function PatientPage() {
  const text = useText();
  return <h1>{text.patients.title}</h1>;
}

import { useText } from "../text/use-text.ts";

export function PatientsPage() {
  const text = useText();
  return <h1>{text.patients.title}</h1>;
}

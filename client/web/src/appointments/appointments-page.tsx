import { useText } from "../text/use-text.ts";

export function AppointmentsPage() {
  const text = useText();
  return <h1>{text.appointments.title}</h1>;
}

import { useText } from "../text/use-text.ts";

export function AuditPage() {
  const text = useText();
  return <h1>{text.audit.title}</h1>;
}

import { useText } from "../text/use-text.ts";

export function AdminPage() {
  const text = useText();
  return <h1>{text.admin.title}</h1>;
}

import { useText } from "../text/use-text.ts";

export function JobsPage() {
  const text = useText();
  return <h1>{text.jobs.title}</h1>;
}

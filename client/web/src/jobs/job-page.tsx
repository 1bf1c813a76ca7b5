import { useText } from "../text/use-text.ts";

export function JobPage({ id }: { readonly id: string }) {
  const text = useText();
  return (
    <h1>
      {text.jobs.title} {id}
    </h1>
  );
}

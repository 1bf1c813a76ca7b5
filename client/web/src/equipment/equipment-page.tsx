import { useText } from "../text/use-text.ts";

export function EquipmentPage({ id }: { readonly id: string }) {
  const text = useText();
  return (
    <h1>
      {text.equipment.title} {id}
    </h1>
  );
}

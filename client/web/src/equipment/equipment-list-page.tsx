import { useText } from "../text/use-text.ts";

export function EquipmentListPage() {
  const text = useText();
  return <h1>{text.equipment.title}</h1>;
}
